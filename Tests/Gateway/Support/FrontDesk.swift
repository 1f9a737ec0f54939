import Foundation
import Logging
import Synchronization
import Testing

@testable import Gateway
@testable import Reactor

/// A front desk of a test on a free port, with routes of the test's own.
///
/// The body runs on a thread of its own: it blocks, and would keep the handlers that it waits for out of Swift's pool.
func withFrontDesk(
    _ routes: Routes, loops: Int = 1, limits: LoopLimits = LoopLimits(), errors: Errors = Errors(),
    behind networks: [String] = [],
    makeSockets: (@Sendable () -> any Application)? = nil,
    _ body: @escaping @Sendable (_ connect: () throws -> WebClient) throws -> Void
) async throws {
    var configuration = LoopGroupConfiguration()
    configuration.loops = loops
    configuration.limits = limits
    configuration.listen = [try ListenAddress("127.0.0.1:0", isTLS: false)]
    let log = Logger(label: "test") { _ in ErrorLog(errors: errors) }
    let proxies = try TrustedProxies(networks)
    let group = try LoopGroup(configuration) { addresses in
        let publicURL = PublicURL(listeningOn: addresses)
        return { handle, _ in
            FrontDeskApplication(
                handle, routes: routes, publicURL: publicURL, behind: proxies, sockets: makeSockets?(), log: log)
        }
    }
    let port = group.addresses.first?.port ?? 0
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread {
            let result = Result { try body { try WebClient(port: port) } }
            group.stop(limit: .zero)
            group.join()
            continuation.resume(with: result)
        }
    }
}

/// What the server has logged as errors.
final class Errors: Sendable {
    private let entries = Mutex<[String]>([])

    var all: [String] { entries.withLock { $0 } }
    func add(_ entry: String) { entries.withLock { $0.append(entry) } }
}

private struct ErrorLog: LogHandler {
    let errors: Errors
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.error

    func log(event: LogEvent) {
        errors.add("\(event.message) \(event.metadata ?? [:])")
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }
}

/// Holds a handler back until the test lets it go on.
final class Gate: Sendable {
    private let stream: AsyncStream<Void>
    private let opening: AsyncStream<Void>.Continuation

    init() {
        (stream, opening) = AsyncStream.makeStream()
    }

    func open() { opening.finish() }
    func pass() async { for await _ in stream {} }
}

/// Waits, on the test's own thread, until something is so.
func wait(for what: String, _ condition: () -> Bool) throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while !condition() {
        try #require(ContinuousClock.now < deadline, "\(what) did not come")
        Thread.sleep(forTimeInterval: 0.005)
    }
}
