import CaseMachine
import WebSocket

/// What `/healthz` and `/readyz` answer.
package struct HealthReport: Sendable {
    package enum Verdict: String, Sendable {
        /// `/healthz`: the process lives.
        case ok
        /// `/healthz`: it does not do its work.
        case failing
        case ready
        /// Ready, and something that the house can do without is missing.
        case degraded
        case unready
        /// It is being stopped.
        case draining

        var status: HTTPStatus {
            switch self {
            case .ok, .ready, .degraded: .ok
            case .failing, .unready, .draining: .serviceUnavailable
            }
        }
    }

    package struct Part: Sendable {
        package let name: String
        package let weight: PartWeight
        package let health: PartHealth
        /// From asking to the answer.
        package let took: Duration
    }

    package let verdict: Verdict
    package let parts: [Part]

    init(_ verdict: Verdict, _ parts: [Part]) {
        self.verdict = verdict
        self.parts = parts
    }

    var response: Response {
        let body = Body(
            status: verdict.rawValue,
            parts: Dictionary(
                parts.map { ($0.name, Body.Part($0)) }, uniquingKeysWith: { first, _ in first }))
        return API.answer(verdict.status, body)
    }

    private struct Body: Encodable {
        struct Part: Encodable {
            let state: PartHealth.State
            let note: String?
            let milliseconds: Int64

            init(_ part: HealthReport.Part) {
                state = part.health.state
                note = part.health.note.map { "\($0)" }
                milliseconds = part.took.wholeMilliseconds
            }
        }

        let status: String
        let parts: [String: Part]
    }
}
