import WebSocket

/// `GET /api/v1/house`: what the landing page shows beside its words.
struct LandingRoute: Sendable {
    let api: APIRoutes
    let demo: DemoHouse?
    let publicURL: PublicURL

    var table: Routes {
        Routes {
            api.read("/api/v1/house") { _ in API.answer(.ok, HouseBody(demo: demo.map(tell))) }
        }
    }

    private func tell(_ demo: DemoHouse) -> HouseBody.Demo {
        HouseBody.Demo(
            organisation: demo.organisation, clinic: (publicURL.otherSite ?? publicURL).page("/demo/clinic"),
            isLoopback: publicURL.isLoopback,
            teams: demo.teams.map {
                HouseBody.Team(
                    id: $0.id, name: $0.name, chat: publicURL.page("/chat/\($0.id)"), qr: "/qr/\($0.id).svg")
            }, members: demo.members)
    }
}

private struct HouseBody: Encodable {
    struct Team: Encodable {
        let id: String
        let name: String
        let chat: String
        let qr: String
    }

    struct Demo: Encodable {
        let organisation: String
        let clinic: String
        let isLoopback: Bool
        let teams: [Team]
        let members: [DemoHouse.Person]
    }

    @Null var demo: Demo?
}
