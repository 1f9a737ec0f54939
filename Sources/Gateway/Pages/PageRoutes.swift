import CaseMachine
import CaseStore
import FoundationEssentials
import Glibc
import WebSocket

/// The pages of the product, what they load, and what machines ask.
struct PageRoutes: Sendable {
    let files: StaticFiles
    let security: PageSecurity
    let directory: Directory
    let publicURL: PublicURL
    let figures: HouseFigures
    let health: HealthBoard
    let demo: DemoHouse?
    let setUp: SetUpDoor?

    var table: Routes {
        Routes {
            Route(.get, "/") { request in
                // Nobody can do anything else in a house without an organisation.
                let name = setUp != nil && directory.isEmpty ? "account/setup.html" : "index.html"
                return try security.page(file(request, name), embedding: .nobody)
            }
            page("/dashboard", "dashboard/index.html")
            page("/join/:token", "account/join.html")
            page("/forgot", "account/forgot.html")
            chat("/chat/:team")
            chat("/chat/:team/:case")
            Route(.get, "/widget.js") { request in
                security.shared(file(request, "widget/widget.js"))
            }
            for folder in ["shared", "widget", "dashboard", "assets", "account"] {
                Route(.get, "/\(folder)/*file") { request in
                    file(request, "\(folder)/\(request.parameters["file"] ?? "")")
                }
            }
            Route(.get, "/qr/:file") { request in try qrCode(request) }
            HealthRoutes(health: health).table
            Route(.get, "/version") { _ in API.answer(.ok, Version(uptimeSeconds: figures.uptimeSeconds)) }
        }
    }

    private func page(_ path: String, _ name: String) -> Route {
        Route(.get, path) { request in try security.page(file(request, name), embedding: .nobody) }
    }

    /// A team's chat, whole or in a frame: on the websites that its organisation allows.
    private func chat(_ path: String) -> Route {
        Route(.get, path) { request in
            let roster = directory.roster
            let team = request.team(in: roster)
            var origins = team.flatMap { roster[$0.organisation] }?.settings.embeddingOrigins ?? []
            // The demo clinic's website moves with the house.
            if demo != nil, let clinic = publicURL.otherSite { origins.append(clinic.origin) }
            var response = file(request, "widget/chat.html")
            // The page itself then says that there is no such team, in words for its reader.
            if team == nil, response.status == .ok { response.status = .notFound }
            return try security.page(response, embedding: .ourselves(and: origins))
        }
    }

    private func file(_ request: Request, _ path: String) -> Response {
        files.respond(to: request.head, path: path, now: HTTPDate(secondsSinceEpoch: time(nil)))
    }

    // MARK: - QR codes

    private static let pixels = 64...2048
    private static let usualPixels = 320

    /// `/qr/TEAM.svg`, `/qr/TEAM.png`: leads to the team's stand-alone chat.
    private func qrCode(_ request: Request) throws -> Response {
        let roster = directory.roster
        guard let name = request.parameters["file"], [".svg", ".png"].contains(where: name.hasSuffix),
            let id = PublicID(text: String(name.dropLast(4))), let team = roster.team(id)
        else { throw HTTPRefusal(.notFound, "There is no such team.") }
        let size = try request.queryItem("size")
        guard let pixels = size.map(Int.init) ?? Self.usualPixels, Self.pixels.contains(pixels) else {
            throw HTTPRefusal(
                .badRequest,
                "The size is a number of pixels from \(Self.pixels.lowerBound) to \(Self.pixels.upperBound).")
        }
        let organisation = roster[team.organisation]?.name ?? ""
        let code = try QRCode(publicURL.page("/chat/\(team.publicID.text)"))
        var response: Response
        if name.hasSuffix(".png") {
            response = Response(.ok, body: code.png(pixels: pixels))
            response.set("Content-Type", "image/png")
        } else {
            let title = "QR code: chat with \(team.name), \(organisation)"
            response = Response(.ok, body: Array(code.svg(title: title, pixels: pixels).utf8))
            response.set("Content-Type", "image/svg+xml")
        }
        // Another address of the house would make it another code.
        response.set("Cache-Control", "no-cache")
        return security.shared(response)
    }
}

extension Request {
    /// The team that the path names.
    func team(in roster: Roster) -> Team? {
        parameters["team"].flatMap { PublicID(text: $0) }.flatMap { roster.team($0) }
    }
}

private struct Version: Encodable {
    let name = "foyer"
    let version = "\(FoyerVersion.text)"
    let `protocol` = 1
    let uptimeSeconds: Int
}
