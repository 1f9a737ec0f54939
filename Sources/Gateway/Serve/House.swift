package import CaseStore
import Glibc
package import Logging
package import Notifications
package import Reactor

/// What `foyer serve` puts together: opened in this order, closed in the other one.
///
/// The live side (engine, hub, presence) joins through `Sockets`: made after the directory, it gives each loop its
/// application for `/v1/socket`, ends the sockets of a session that is signed out, and says goodbye to all of them in
/// `closeSockets`, while the loops still run.
package final class House: Sendable {
    package struct Settings: Sendable {
        package var data: DataDirectory
        package var web: String
        package var isDemo: Bool
        /// Nil: one node, with its files in `data`.
        package var cluster: ClusterSettings?
        /// For a test, whose passwords need not be dear.
        package var directory = Directory.Settings()

        package init(data: DataDirectory, web: String, isDemo: Bool) {
            self.data = data
            self.web = web
            self.isDemo = isDemo
        }
    }

    /// The live side, as the rest of the house needs it.
    package struct Sockets: Sendable {
        /// A loop's application for `/v1/socket`, made on the loop's own thread; nil: this house has none.
        package var make: (@Sendable (LoopHandle, [LoopHandle], PublicURL) -> any Application)?
        /// The session has been signed out: its sockets end now (close code 4101).
        package var endSession: @Sendable (SessionID) -> Void = { _ in }
        /// The house closes: what was taken is carried out and answered, and every client is told when to come back.
        package var stop: @Sendable () -> Void = {}

        package init() {}
    }

    package let store: any CaseStore
    package let directory: Directory
    package let outbox = DevelopmentOutbox()
    package let figures = HouseFigures()
    /// What was seeded, and its logins; nil without `--demo`.
    package let demo: DemoHouse?
    package let log: Logger
    private let files: StaticFiles
    private let sockets: Sockets
    private let housekeeping: Housekeeping

    /// Opens everything that can fail before the house listens. Throws in words for the person who starts it.
    package init(
        _ settings: Settings, log: Logger, sockets: (Storage) throws -> Sockets = { _ in Sockets() }
    ) throws {
        files = try Self.openWeb(settings.web)
        try Self.makeFolder(settings.data.path)
        let storage: Storage
        do {
            storage =
                try settings.cluster.map { try Storage.shared($0, in: settings.data, settings.directory) }
                ?? Storage.embedded(in: settings.data, settings.directory)
        } catch {
            throw StartError("The house in '\(settings.data.path)' cannot be opened. \(error)")
        }
        (store, directory) = (storage.store, storage.directory)
        demo = settings.isDemo ? try DemoHouse.provide(in: directory, settings.data) : nil
        self.sockets = try sockets(storage)
        self.log = log
        housekeeping = Housekeeping(directory, storage.vault, log: log)
    }

    /// Told at the start: a page that is missing would otherwise be a 404 that nobody understands.
    private static func openWeb(_ web: String) throws -> StaticFiles {
        guard access(web + "/index.html", R_OK) == 0 else {
            throw StartError(
                "There is no page in '\(web)': \(web)/index.html cannot be read. "
                    + "Name the directory that holds it with --web; in the project it is 'web'.")
        }
        return try StaticFiles(directory: web)
    }

    /// For the server's own user alone: it holds the keys, too.
    private static func makeFolder(_ path: String) throws(StartError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw StartError(
                "The data directory '\(path)' cannot be made: \(String(cString: strerror(errno))). "
                    + "Name another one with --data.")
        }
        guard access(path + "/", R_OK | W_OK | X_OK) == 0 else {
            throw StartError(
                "The data directory '\(path)' cannot be written to: \(String(cString: strerror(errno))). "
                    + "Name another one with --data, or give this one to the user that runs Foyer.")
        }
    }

    // MARK: - What it serves

    /// The whole table of HTTP.
    package func routes(at publicURL: PublicURL) -> Routes {
        let security = PageSecurity(publicURL)
        let accounts = Accounts(
            directory: directory, publicURL: publicURL, post: { [outbox] in outbox.post($0) },
            endSession: sockets.endSession, log: log)
        let api = APIRoutes(ownOrigin: OwnOrigin(publicURL))
        let pages = PageRoutes(
            files: files, security: security, directory: directory, publicURL: publicURL, figures: figures,
            demo: demo)
        let demoRoutes = demo.map {
            DemoRoutes(demo: $0, files: files, security: security, outbox: outbox, publicURL: publicURL)
        }
        return Routes {
            GuestRoutes(api: api, accounts: accounts).table
            MemberRoutes(api: api, accounts: accounts).table
            LandingRoute(api: api, demo: demo, publicURL: publicURL).table
            if let demoRoutes { demoRoutes.table }
            pages.table
        }
    }

    package func application(at publicURL: PublicURL, behind proxies: TrustedProxies) -> LoopGroup.MakeApplication {
        let routes = routes(at: publicURL)
        return { [sockets, log] handle, all in
            FrontDeskApplication(
                handle, routes: routes, publicURL: publicURL, behind: proxies,
                sockets: sockets.make?(handle, all, publicURL), log: log)
        }
    }

    /// While the loops still run, before they are stopped.
    package func closeSockets() { sockets.stop() }

    /// After every loop has ended. The store closes with the last that holds it.
    package func close() { housekeeping.stop() }
}
