import ArgumentParser
import Gateway
import Glibc
import Logging
import Reactor

extension Foyer {
    struct Serve: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The front desk: its page, its health and its live socket.",
            discussion: """
                Listens on \(ListeningDefaults.serve.address) unless told otherwise, and serves the page in --web. \
                SIGTERM ends it gracefully, SIGHUP reads the certificate and its key again.
                """)

        @OptionGroup var listening: ListeningOptions
        @OptionGroup var limits: LimitOptions

        @Option(help: ArgumentHelp("The directory with the page: index.html and assets/.", valueName: "dir"))
        var web = "web"

        func run() throws {
            let figures = HouseFigures()
            let routes = FrontDeskRoutes.table(files: try openWeb(), figures: figures)
            let log = Logger(label: "foyer")
            try listening.serve(.serve, limits: limits.loopLimits(framesPerSecond: 1000)) { handle, _ in
                FrontDeskApplication(handle, routes: routes, figures: figures, log: log)
            }
        }

        /// Told at the start, in words: a page that is missing would otherwise be a 404 that nobody understands.
        private func openWeb() throws -> StaticFiles {
            guard access(web + "/index.html", R_OK) == 0 else {
                throw ValidationError(
                    "There is no page in '\(web)': \(web)/index.html cannot be read. "
                        + "Name the directory that holds it with --web; in the project it is 'web'.")
            }
            return try StaticFiles(directory: web)
        }
    }
}
