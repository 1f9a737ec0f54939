// conformance-client ADDRESS:PORT [--agent NAME]
//
// Runs our client role through an Autobahn fuzzing server: asks how many cases there are, echoes in each of them, and
// has the report written. Judging the report is the test's matter.

import Glibc
import Reactor
import WebSocket

func fail(_ message: String) -> Never {
    let line = "conformance-client: \(message)\n"
    _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
    exit(1)
}

var arguments = Array(CommandLine.arguments.dropFirst())
var agent = "foyer"
if let index = arguments.firstIndex(of: "--agent"), index + 1 < arguments.count {
    agent = arguments[index + 1]
    arguments.removeSubrange(index...(index + 1))
}
guard let target = arguments.first else { fail("usage: conformance-client ADDRESS:PORT [--agent NAME]") }
let prefix = "ws://"
let place = target.hasPrefix(prefix) ? String(target.dropFirst(prefix.count)) : target

do {
    let address = try ListenAddress(place.hasSuffix("/") ? String(place.dropLast()) : place, isTLS: false)
    var configuration = LoopGroupConfiguration()
    configuration.limits.maxMessageBytes = 64 << 20
    configuration.limits.sendQueueBytes = 256 << 20
    // The fuzzing server is silent on purpose in some cases.
    configuration.limits.pingInterval = .zero
    configuration.limits.idleTimeout = .zero
    configuration.deflate = DeflatePolicy(minimumMessageBytes: 0)
    let runner = agent
    let group = try LoopGroup(configuration) { handle, _ in CaseRunner(handle, address: address, agent: runner) }
    for loop in group.loops { loop.run { loop in (loop.app as? CaseRunner)?.start(loop) } }
    group.join()
} catch {
    fail("\(error)")
}
