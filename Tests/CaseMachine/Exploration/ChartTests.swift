import CaseMachine
import Foundation
import Testing

@Suite("The chart of the machine") struct ChartTests {
    /// Walked once for all tests.
    static let chart = Chart()
    private var chart: Chart { Self.chart }

    // covers: B6
    @Test func `is what the documentation shows`() throws {
        let root = URL(filePath: #filePath).appending(path: "../../../../").standardized
        let page = try String(contentsOf: root.appending(path: "docs/case-machine.md"), encoding: .utf8)
        #expect(page == chart.document, "stale: run `make machine`")
    }

    @Test func `knows the main road of a case`() {
        #expect(chart[.none, .open].leadsTo.isSuperset(of: [.intake, .waiting, .active, .thread]))
        #expect(chart[.waiting, .claim].leadsTo == [.active])
        #expect(chart[.active, .requestClose].leadsTo == [.closing])
        #expect(chart[.closing, .closeChat].leadsTo == [.closed])
        #expect(chart[.closed, .send].leadsTo == [.waiting])
        #expect(chart[.closed, .deadlineReached].leadsTo.contains(.erased))
        #expect(chart[.active, .claim].rejections == ["already_claimed"])
    }

    @Test func `is JSON that a parser reads`() throws {
        let object = try JSONSerialization.jsonObject(with: Data(chart.json.utf8)) as? [String: Any]
        #expect((object?["commands"] as? [Any])?.count == CommandName.allCases.count)
        #expect((object?["transitions"] as? [Any])?.isEmpty == false)
    }

    @Test func `draws every arrow in both languages of diagrams`() {
        #expect(chart.mermaid.contains("    waiting --> active: claim, transfer\n"))
        #expect(chart.dot.contains("    waiting -> active [label=\"claim, transfer\"];\n"))
    }
}
