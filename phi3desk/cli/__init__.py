"""The command line: the headless commands, a contract that other programs rely on."""
