// foyer-load simulates guests and members over the real protocol and checks every promise while it loads. It shares
// WebSocket, Wire and Reactor with the server; until protocol v1 exists there is nothing for it to speak.
import Glibc

let notice = "foyer-load: protocol v1 is not served yet; `make bench` measures the WebSocket server itself\n"
_ = notice.withCString { write(STDERR_FILENO, $0, strlen($0)) }
exit(2)
