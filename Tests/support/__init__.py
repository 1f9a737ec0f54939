"""What the process suites share: the server as a process, raw peers, the proxy that cuts bytes, measurements."""
