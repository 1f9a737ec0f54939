import ArgumentParser
import CaseMachine

struct MachineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "machine", abstract: "Print the case machine, made by running it.")

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case table, mermaid, dot, json
        /// What docs/case-machine.md holds.
        case document
    }

    @Option(help: "table (Markdown), mermaid, dot (Graphviz), json, or document.")
    var format: Format = .table

    func run() {
        let chart = Chart()
        switch format {
        case .table: print(chart.table, terminator: "")
        case .mermaid: print(chart.mermaid, terminator: "")
        case .dot: print(chart.dot, terminator: "")
        case .json: print(chart.json, terminator: "")
        case .document: print(chart.document, terminator: "")
        }
    }
}
