import CaseMachine
import CaseStore
import FoundationEssentials
import Glibc
import Notifications
import WebSocket

/// What a house with demo data shows beside the product: a clinic's website with the widget, and the letters that would
/// have gone out. A house without has none of it, because the letters hold codes.
struct DemoRoutes: Sendable {
    let demo: DemoHouse
    let files: StaticFiles
    let security: PageSecurity
    let outbox: DevelopmentOutbox
    let publicURL: PublicURL

    var table: Routes {
        Routes {
            Route(.get, "/demo/clinic") { _ in
                try security.clinic(clinicPage)
            }
            Route(.get, "/demo/*file") { request in file(request, "demo/\(request.parameters["file"] ?? "")") }
            Route(.get, "/dev/outbox") { request in
                try security.page(file(request, "dev/outbox.html"), embedding: .nobody)
            }
            Route(.get, "/api/v1/dev/outbox") { _ in
                API.answer(.ok, OutboxBody(letters: outbox.letters.map(OutboxBody.Item.init)))
            }
        }
    }

    /// Where the page's template has the widget's script.
    private static let place = "<!-- widget -->"

    /// The page as a clinic would write it: with the one line that embeds the widget.
    private var clinicPage: Response {
        guard let template = files.content(of: "demo/clinic.html"), let team = demo.teams.first else {
            return Response(.notFound, text: "There is nothing here.\n")
        }
        let source = Markup.escape(publicURL.page("/widget.js"))
        let line = #"<script async src="\#(source)" data-team="\#(Markup.escape(team.id))"></script>"#
        let page = String(decoding: template, as: UTF8.self)
        var answer = Response(.ok, body: Array(page.replacing(Self.place, with: line, maxReplacements: 1).utf8))
        answer.set("Content-Type", "text/html; charset=utf-8")
        // Not the file's own tag: another house, another line.
        answer.set("Cache-Control", "no-cache")
        return answer
    }

    private func file(_ request: Request, _ path: String) -> Response {
        files.respond(to: request.head, path: path, now: HTTPDate(secondsSinceEpoch: time(nil)))
    }
}

private struct OutboxBody: Encodable {
    struct Item: Encodable {
        let id: Int
        let at: Int64
        let channel: String
        let to: String
        let subject: String
        let text: String

        init(_ entry: DevelopmentOutbox.Entry) {
            let letter = entry.letter
            id = entry.id
            at = letter.at.milliseconds
            channel = letter.channel.rawValue
            to = letter.to
            subject = letter.subject
            text = letter.text
        }
    }

    let letters: [Item]
}
