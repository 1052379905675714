"""The program inside of a network's sandbox: it builds the network, delays packets, starts shells.

It runs there as process 1, from a zip file, with nothing but the standard library of whatever
Python the sandbox has (3.11 or newer), and shares no memory and no module with the engine.
"""
