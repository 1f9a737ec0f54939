import FoundationEssentials
import Glibc
import WebSocket

/// The table of `foyer serve`.
package enum FrontDeskRoutes {
    package static func table(files: StaticFiles, figures: HouseFigures) -> Routes {
        Routes {
            Route(.get, "/") { request in
                files.respond(to: request.head, path: "index.html", now: now())
            }
            Route(.get, "/assets/*file") { request in
                files.respond(to: request.head, path: "assets/" + (request.parameters["file"] ?? ""), now: now())
            }
            // The process runs: whoever watches it need not start it anew.
            Route(.get, "/healthz") { _ in .ok("ok\n") }
            // It takes work. One that stops no longer listens, so that who asks gets no connection.
            Route(.get, "/readyz") { _ in .ok("ready\n") }
            Route(.get, "/version") { _ in try version(figures) }
        }
    }

    private static func version(_ figures: HouseFigures) throws -> Response {
        var response = Response(.ok, body: [UInt8](try JSONEncoder().encode(Version(figures))))
        response.set("Content-Type", "application/json")
        response.set("Cache-Control", "no-store")
        return response
    }

    private static func now() -> HTTPDate { HTTPDate(secondsSinceEpoch: time(nil)) }
}

private struct Version: Encodable {
    let name = "foyer"
    /// Zero: the page's pulse alone. Protocol v1 is to come.
    let `protocol` = 0
    let uptimeSeconds: Int

    init(_ figures: HouseFigures) {
        uptimeSeconds = figures.uptimeSeconds
    }
}
