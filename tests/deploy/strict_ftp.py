"""A small FTP server that refuses or drops what a test says, as servers of all kinds do."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.targets import Target, read_target

Rule = Callable[[str, Path], str]
"""What is answered to a command about a path: a refusal, DROP, or nothing to let it happen."""

DROP = "drop"


def allow(_: str, __: Path) -> str:
    return ""


@contextmanager
def strict_ftp(folder: Path, rule: Rule = allow, *, overwrites: bool) -> Iterator[Target]:
    """The target that this folder is, on a server whose renames overwrite or do not."""

    class Connection(_Connection):
        root, refusal, does_overwrite = folder, staticmethod(rule), overwrites

    with _Server(("127.0.0.1", 0), Connection) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            port = int(server.server_address[1])
            settings = {"protocol": "ftp", "host": "127.0.0.1", "port": port}
            yield read_target("live", {**settings, "user": "ada", "folder": "/"})
        finally:
            server.shutdown()
            thread.join()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False


class _Connection(socketserver.StreamRequestHandler):
    root: Path
    refusal: Rule
    does_overwrite: bool

    def handle(self) -> None:
        self.at, self.renamed = self.root, self.root
        self.data = socket.create_server(("127.0.0.1", 0))
        self.say("220 ready")
        while line := self.rfile.readline().decode().rstrip("\r\n"):
            command, _, argument = line.partition(" ")
            path = self.root / argument.lstrip("/") if argument.startswith("/") else self.at
            refused = self.refusal(command, path)
            if refused == DROP:
                return
            do = getattr(self, f"do_{command.lower()}", None)
            self.say(refused or (do(path) if do else "202 is no matter here"))

    def finish(self) -> None:
        self.data.close()
        super().finish()

    def say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())

    def do_user(self, _: Path) -> str:
        return "230 come in"

    def do_feat(self, _: Path) -> str:
        return "211-\r\n MLST size*;type*;\r\n211 end"

    def do_pwd(self, _: Path) -> str:
        return '257 "/"'

    def do_cwd(self, path: Path) -> str:
        if not path.is_dir():
            return "550 no such folder"
        self.at = path
        return "250 done"

    def do_pasv(self, _: Path) -> str:
        self.data.close()  # with whatever a refused transfer has left waiting there
        self.data = socket.create_server(("127.0.0.1", 0))
        high, low = divmod(self.data.getsockname()[1], 256)
        return f"227 (127,0,0,1,{high},{low})"

    def do_mlsd(self, _: Path) -> str:
        kinds = {True: "dir", False: "file"}
        lines = [
            f"type={kinds[path.is_dir()]};size={path.stat().st_size}; {path.name}\r\n"
            for path in self.at.iterdir()
        ]
        return self.transfer(lambda data: data.sendall("".join(lines).encode()))

    def do_retr(self, path: Path) -> str:
        if not path.is_file():
            return "550 no such file"
        return self.transfer(lambda data: data.sendall(path.read_bytes()))

    def do_stor(self, path: Path) -> str:
        return self.transfer(lambda data: path.write_bytes(data.makefile("rb").read()))

    def transfer(self, work: Callable[[socket.socket], object]) -> str:
        self.say("150 go on")
        connection, _ = self.data.accept()
        with connection:
            work(connection)
        return "226 done"

    def do_mkd(self, path: Path) -> str:
        if path.exists():
            return "550 the name is taken"
        path.mkdir()
        return "257 done"

    def do_rmd(self, path: Path) -> str:
        if not path.is_dir() or any(path.iterdir()):
            return "550 no such folder, or something in it"
        path.rmdir()
        return "250 done"

    def do_dele(self, path: Path) -> str:
        if not path.is_file():
            return "550 no such file"
        path.unlink()
        return "250 done"

    def do_rnfr(self, path: Path) -> str:
        self.renamed = path
        return "350 and to?" if path.exists() else "550 no such file"

    def do_rnto(self, path: Path) -> str:
        if path.exists() and not (self.does_overwrite and path.is_file()):
            return "550 the file exists"
        self.renamed.rename(path)
        return "250 done"
