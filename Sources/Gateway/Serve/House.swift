package import CaseMachine
package import CaseStore
import Files
import Glibc
package import Logging
package import Notifications
package import Reactor
import Synchronization

/// What `foyer serve` puts together: opened in this order, closed in the other one.
///
/// The live side (engine, hub, presence) joins through `Sockets`: made after the directory, it gives each loop its
/// application for `/v1/socket`, ends the sockets of a session that is signed out, and says goodbye to all of them in
/// `closeSockets`, while the loops still run.
package final class House: Sendable {
    package struct Settings: Sendable {
        package var data: DataDirectory
        /// The directory with the pages; nil: those that the program carries.
        package var web: String?
        package var isDemo: Bool
        /// Nil: one node, with its files in `data`.
        package var cluster: ClusterSettings?
        /// Tickets for sockets that are given out; zero: any number.
        package var admissionsPerSecond = HubLimits().admissionsPerSecond
        /// How SMS and e-mails leave the building; nil: they do not, and stay in the development outbox.
        package var transports: Transports?
        package var files = FileSettings()
        /// For a test, whose passwords need not be dear.
        package var directory = Directory.Settings()

        package init(data: DataDirectory, web: String?, isDemo: Bool) {
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
        /// Settings were changed: who is here hears of it now, on all nodes.
        package var rosterChanged: @Sendable () -> Void = {}
        /// How long guests of a team have waited lately, in minutes; nil while nobody can tell.
        package var expectedWait: @Sendable (TeamID) -> Int? = { _ in nil }
        /// The house closes: what was taken is carried out and answered, and every client is told when to come back.
        package var stop: @Sendable () -> Void = {}
        /// A file has another state: whoever sees it is told.
        package var fileChanged: @Sendable (FileRecord) -> Void = { _ in }
        /// What `/readyz` and `/metrics` are to ask of the live side.
        package var watch: @Sendable (HealthBoard, MetricsRegistry) -> Void = { _, _ in }
        /// Rung when a commit has something that is to leave the building.
        package var bell: Bell?
        /// A letter of the case stands otherwise than before: whoever looks at it is told.
        package var letterChanged: @Sendable (CaseID) -> Void = { _ in }

        package init() {}
    }

    package let store: any CaseStore
    package let directory: Directory
    package let outbox = DevelopmentOutbox()
    package let figures = HouseFigures()
    /// Whoever adds a part to the house registers here how it is.
    package let health = HealthBoard()
    /// And here what it has counted.
    package let metrics = MetricsRegistry()
    private let accountFigures = AccountFigures()
    /// What was seeded, and its logins; nil without `--demo`.
    package let demo: DemoHouse?
    /// Into a house that had no organisation when it was opened.
    package let setUp: SetUpDoor?
    package let log: Logger
    private let files: StaticFiles
    private let keeper: FileKeeper
    /// Of TLS tickets, so that each node knows the others' clients.
    package let tickets: TicketSecret
    private let sockets: Sockets
    private let pacer: Pacer
    private let transports: Transports
    private let bell: Bell
    private let postFigures = PostFigures()
    /// Letters need the address at which browsers reach the house, which is known when it listens.
    private let post = Mutex<PostOffice?>(nil)
    private let housekeeping: Housekeeping
    /// Of a house that has its keys in a file.
    private let operators: OperatorSocket?

    deinit { post.withLock { $0.take() }?.stop() }

    /// Opens everything that can fail before the house listens. Throws in words for the person who starts it.
    package init(
        _ settings: Settings, log: Logger, sockets: (Storage) throws -> Sockets = { _ in Sockets() }
    ) throws {
        files = try Self.openWeb(settings.web)
        pacer = Pacer(perSecond: settings.admissionsPerSecond)
        try DataFolder.make(settings.data.path)
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
        setUp = directory.isEmpty ? SetUpDoor() : nil
        self.sockets = try sockets(storage)
        transports = settings.transports ?? Transports(sms: outbox, email: outbox)
        bell = try self.sockets.bell ?? Bell()
        self.log = log
        housekeeping = Housekeeping(directory, storage.vault, store, log: log)
        // Who comes back may come to another node.
        guard let tickets = TicketSecret(try storage.vault.secret(for: "foyer tls tickets 1")) else {
            throw StartError("The vault derives a secret for TLS tickets that has not \(TicketSecret.count) bytes.")
        }
        self.tickets = tickets
        operators =
            settings.cluster == nil ? try OperatorSocket(settings.data, storage.vault, log: log) : nil
        let register = FileRegister(directory)
        do {
            keeper = try FileKeeper(
                register, settings.files, beside: settings.data.path, log: log, changed: self.sockets.fileChanged)
        } catch {
            throw StartError("Files cannot be kept: \(error). Name another directory with --files.")
        }
        health.watch(store)
        metrics.watch(figures)
        metrics.watch(accountFigures)
        metrics.watch(store)
        metrics.watch(postFigures)
        self.sockets.watch(health, metrics)
        keeper.watch(health, metrics)
        keeper.start()
    }

    /// Told at the start: a page that is missing would otherwise be a 404 that nobody understands.
    private static func openWeb(_ web: String?) throws -> StaticFiles {
        if web == nil, let pages = EmbeddedPages.own { return StaticFiles(pages) }
        // In the project, where a build without pages is at home.
        let web = web ?? "web"
        guard access(web + "/index.html", R_OK) == 0 else {
            throw StartError(
                "There is no page in '\(web)': \(web)/index.html cannot be read. "
                    + "Name the directory that holds it with --web; in the project it is 'web'.")
        }
        return try StaticFiles(directory: web)
    }

    // MARK: - What it serves

    /// The whole table of HTTP.
    package func routes(at publicURL: PublicURL) -> Routes {
        let security = PageSecurity(publicURL)
        let accounts = Accounts(
            directory: directory, publicURL: publicURL, store: store, post: CodePost(transports, log: log),
            endSession: sockets.endSession, figures: accountFigures, pacer: pacer, log: log)
        let api = APIRoutes(ownOrigin: OwnOrigin(publicURL))
        let pages = PageRoutes(
            files: files, security: security, directory: directory, publicURL: publicURL, figures: figures,
            health: health, demo: demo, setUp: setUp)
        let demoRoutes = demo.map {
            DemoRoutes(demo: $0, files: files, security: security, outbox: outbox, publicURL: publicURL)
        }
        return Routes {
            GuestRoutes(api: api, accounts: accounts, expectedWait: sockets.expectedWait).table
            MemberRoutes(api: api, accounts: accounts).table
            LetterRoutes(
                api: api, accounts: accounts, store: store, bell: bell, changed: sockets.letterChanged
            ).table
            InvitationRoutes(api: api, accounts: accounts).table
            JoiningRoutes(api: api, accounts: accounts).table
            if let setUp { SetUpRoutes(api: api, accounts: accounts, door: setUp, log: log).table }
            FileRoutes(api: api, accounts: accounts, keeper: keeper, store: store).table
            SettingsRoutes(
                api: api, accounts: accounts, publicURL: publicURL, expectedWait: sockets.expectedWait,
                rosterChanged: sockets.rosterChanged, endSession: sockets.endSession
            ).table
            LandingRoute(api: api, demo: demo, publicURL: publicURL).table
            if let demoRoutes { demoRoutes.table }
            pages.table
        }
    }

    package func application(at publicURL: PublicURL, behind proxies: TrustedProxies) -> LoopGroup.MakeApplication {
        let routes = routes(at: publicURL)
        openPost(at: publicURL)
        return { [sockets, log, health, metrics] handle, all in
            // The first loop begins before anybody can ask.
            if handle.index == 0 {
                health.watch(all)
                metrics.watch(all)
            }
            return FrontDeskApplication(
                handle, routes: routes, publicURL: publicURL, behind: proxies,
                sockets: sockets.make?(handle, all, publicURL), log: log)
        }
    }

    private func openPost(at publicURL: PublicURL) {
        do {
            let office = try PostOffice(
                store, LetterWriter(store: store, directory: directory, publicURL: publicURL), transports,
                figures: postFigures, bell: bell, log: log, tell: sockets.letterChanged)
            try office.start()
            post.withLock { $0 = office }
        } catch {
            // Chats go on; the letters wait in the outbox, for another node or the next start.
            log.critical("no letter can be sent by this process: \(error)")
        }
    }

    /// At once when the house is told to stop: nobody is to be sent here any more, and no letter is begun.
    package func beginDrain() {
        health.beginDrain()
        post.withLock { $0 }?.endTaking()
    }

    /// While the loops still run, before they are stopped.
    package func closeSockets() { sockets.stop() }

    /// After every loop has ended. The store closes with the last that holds it.
    package func close() {
        post.withLock { $0.take() }?.stop()
        operators?.close()
        keeper.stop()
        housekeeping.stop()
    }
}
