# The first process of a virtual machine: mounts file systems, then does what the host asks.
#
# Bash alone, as each program that is started costs a machine ten milliseconds or more. A request
# is a line on the serial line: a number, a word, and arguments without blanks. It is answered by
# one line, which begins with a byte 1, as the terminal of that line echoes requests too.
#
# The host has put beside this file: "settings", with variables; "fstab", for what every machine
# mounts; "mounts", for what the post does; and under numbers the texts that requests speak of.
#
# shellcheck shell=bash disable=SC1091,SC2154 # those files, and the variables in them

here=${BASH_SOURCE%/*}
. "$here/settings"
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export -n HOME PWD OLDPWD SHELL SHLVL TERM mem # those of the kernel, which no session shall see
declare -a pipe writer watcher pid

main() {
    exec 3<>"/dev/$line"
    prepare && make_mounts && read -r release </proc/sys/kernel/osrelease && say 0 ready "$release"
    while true; do
        if IFS=' ' read -r -u 3 number word arguments && [[ $word ]]; then
            # shellcheck disable=SC2086 # several arguments
            "answer_$word" "$number" $arguments
        fi
    done
}

say() { printf '\001%s\n' "$*" >&3; }

# --- Before the session ---------------------------------------------------------------------

prepare() {
    local said
    # Through its loader, as a program with the setuid bit would run as its owner on this machine,
    # and that is not root.
    said=$("$loader" /usr/bin/mount --all --fstab "$here/fstab" 2>&1) || { say 0 failed "${said//$'\n'/ }"; return 1; }
    ln --symbolic --target-directory /dev "$here"/dev/*
    echo "$host" >/proc/sys/kernel/hostname
    echo "$threads" >/proc/sys/kernel/threads-max
    echo 9 >/sys/class/net/lo/flags # IFF_LOOPBACK | IFF_UP
    chown "$user" "/dev/${terminals}1"
}

make_mounts() {
    local index kind device path options make said words points=()
    while read -r index kind device path options make; do
        if ! said=$(make_mount 2>&1); then
            read -r -d '' -a words <<<"${said%%Usage:*}"
            say 0 mount "$index" "${words[*]}"
            return 1
        fi
        points+=("$path")
    done <"$here/mounts"
    # Of what is mounted read-only the owner stays.
    ((${#points} == 0)) || chown --quiet "$user:$user" "${points[@]}" || :
}

make_mount() {
    if [[ $kind != tmpfs ]]; then
        if ! command -v "${make%% *}" >/dev/null; then
            echo "there is no ${make%% *}"
            return 1
        fi
        $make "$device" || return
    fi
    said=$("$loader" /usr/bin/mount -t "$kind" -o "$options" "$device" "$path" 2>&1) && return
    [[ $said != *'bad option'* ]] || said=$(dmesg --notime | tail --lines=1)
    echo "${said%%dmesg(1)*}"
    return 1
}

# --- Requests -------------------------------------------------------------------------------

# Start a shell on a terminal of its own, in the place of any before it.
answer_start() { # NUMBER SHELL TEXT: the text is what printf shall make of the shell's death
    local death fifo old=${pipe[$2]} other
    read_text "$3"
    death=$text
    [[ -z $old ]] || exec {old}<&-
    [[ -z ${writer[$2]} ]] || { kill -9 "${writer[$2]}"; wait "${writer[$2]}"; } 2>/dev/null
    exec {fifo}<>"$here/commands$2"
    pipe[$2]=$fifo
    if read -r -t 0 -u "$fifo"; then # what the dead shell did not read
        dd if="$here/commands$2" iflag=nonblock bs=64K of=/dev/null 2>/dev/null
    fi
    (
        exec 2>/dev/null 3<&-
        for other in "${pipe[@]}"; do [[ $other == "$fifo" ]] || exec {other}<&-; done
        become "$2"
        # shellcheck disable=SC2059 # a format it is
        printf "$death" $? >"/dev/$terminals$2" # opened anew, as the old one has been hung up
    ) <>"/dev/$terminals$2" >&0 2>&0 &
    watcher[$2]=$!
    pid[$2]=
    say "$1" started
}

become() { # SHELL: the shell 1 is the user's, 2 is root's
    local shell=(bash --noprofile --norc -i "$here/commands$1")
    ulimit -c 0 -f "$file_size"
    if (($1 == 1)); then
        ulimit -u "$processes"
        # By name, as for a number the name service is asked first, at length.
        shell=(--reuid "$user" --regid "$user" --clear-groups "${shell[@]}")
        . "$here/user"
    else
        . "$here/root"
    fi
    with_environment setsid --ctty setpriv --no-new-privs "${shell[@]}" 2>&1 {fifo}<&-
}

answer_feed() { # NUMBER SHELL TEXT
    read_text "$3"
    # A pipe holds 64 KiB; for more, another process waits until the shell has read them.
    if ((${#text} < 60000)); then
        printf %s "$text" >&"${pipe[$2]}"
        writer[$2]=
    else
        printf %s "$text" >&"${pipe[$2]}" &
        writer[$2]=$!
    fi
    say "$1" fed
}

answer_more() { # NUMBER SHELL: has it read all, and does it wait for more?
    # One that writes what a pipe does not hold has more to give.
    if [[ ${writer[$2]} && -e /proc/${writer[$2]}/exe ]]; then
        say "$1" no
    elif look_at "$2" && [[ ${stat[2]} == S && ${stat[7]} == "${pid[$2]}" ]] &&
        ! read -r -t 0 -u "${pipe[$2]}"; then
        say "$1" yes
    else
        say "$1" no
    fi
}

answer_kill() { # NUMBER SHELL GROUP: "whole", or what is in the foreground
    stty sane <"/dev/$terminals$2"
    if look_at "$2"; then
        if [[ $3 == whole ]]; then
            kill -9 -- "-${pid[$2]}"
        else
            kill -9 -- "-${stat[7]}"
        fi
    fi 2>/dev/null
    say "$1" killed
}

answer_take() { # NUMBER SHELL TEXT LIMIT: the file that the text names, from where the shell is
    local said
    read_text "$3"
    if look_at "$2" && said=$(cd "/proc/${pid[$2]}/cwd" 2>/dev/null && take "$text" "$4"); then
        say "$1" data "$said"
    else
        say "$1" refused "${said:-the shell has ended}"
    fi
}

take() { # PATH LIMIT
    set -- "${1:-.}" "$2"
    local at='' rest=$1/ size links device places
    while [[ $rest ]]; do
        at+=${rest%%/*} rest=${rest#*/}
        [[ ! -L $at ]] || { echo 'too many levels of symbolic links'; return 1; }
        at+=/
    done
    [[ -e $1 ]] || { echo 'no such file or directory'; return 1; }
    [[ -f $1 ]] || { echo 'it is no regular file'; return 1; }
    read -r size links device <<<"$(stat --format='%s %h %d' -- "$1")"
    places=" $(stat --format=%d / /proc /sys /dev | tr '\n' ' ')"
    [[ $places != *" $device "* ]] || { echo 'it lies outside of what the session can write'; return 1; }
    ((links == 1)) || { echo 'it has more than one name; copy it instead of linking it'; return 1; }
    ((size <= $2)) || { echo "it has $size bytes, more than the limit of $2"; return 1; }
    base64 --wrap=0 -- "$1"
}

# --- Looking --------------------------------------------------------------------------------

read_text() { IFS= read -r -d '' text <"$here/$1"; }

# The process of a shell, into pid, and its state, into stat; false when it has ended.
look_at() { # SHELL
    local candidate=${pid[$1]:-$((watcher[$1] + 1))} last=$((watcher[$1] + 500))
    for (( ; candidate <= last; candidate++)); do
        if { read -r -a stat <"/proc/$candidate/stat"; } 2>/dev/null &&
            ((stat[3] == watcher[$1])); then
            pid[$1]=$candidate
            return
        fi
        [[ -z ${pid[$1]} ]] || return 1
    done
    return 1
}

main
