extension Chart {
    /// Markdown: where each command leads, and who may give it.
    package var table: String {
        let phases = PhaseName.allCases
        var lines = ["| command | who may | " + phases.map(\.rawValue).joined(separator: " | ") + " |"]
        lines.append("|" + String(repeating: "---|", count: phases.count + 2))
        for command in CommandName.allCases {
            let cells = phases.map { text(of: $0, command) }
            lines.append("| \(command.rawValue) | \(whoMay(command)) | \(cells.joined(separator: " | ")) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func text(of phase: PhaseName, _ command: CommandName) -> String {
        let next = self[phase, command].leadsTo
        if next.isEmpty { return Availability.refusal(of: command, in: phase) == nil ? "·" : "" }
        return PhaseName.allCases.filter(next.contains).map { $0 == phase ? "stays" : $0.rawValue }
            .joined(separator: ", ")
    }

    private func whoMay(_ command: CommandName) -> String {
        Relation.allCases.filter(Permissions.allowed(command).contains).map(\.rawValue).joined(separator: ", ")
    }

    private func arrows(_ line: (PhaseName, PhaseName, String) -> String) -> [String] {
        PhaseName.allCases.flatMap { phase in
            PhaseName.allCases.compactMap { next in
                let commands = commands(from: phase, to: next)
                guard phase != next, !commands.isEmpty else { return nil }
                return line(phase, next, commands.map(\.rawValue).joined(separator: ", "))
            }
        }
    }

    /// For Mermaid, which draws it in the documentation.
    package var mermaid: String {
        let arrows = arrows { phase, next, commands in
            "    \(phase == .none ? "[*]" : phase.rawValue) --> \(next.rawValue): \(commands)"
        }
        return (["stateDiagram-v2"] + arrows + ["    erased --> [*]"]).joined(separator: "\n") + "\n"
    }

    /// For Graphviz.
    package var dot: String {
        let arrows = arrows { "    \($0.rawValue) -> \($1.rawValue) [label=\"\($2)\"];" }
        return (["digraph CaseMachine {", "    none [shape=point];"] + arrows + ["}"]).joined(separator: "\n") + "\n"
    }

    /// One object: `commands` with who may, `transitions` with what was seen. Names need no escaping: they are Swift's.
    package var json: String {
        func list(_ names: [String]) -> String { "[" + names.map { "\"\($0)\"" }.joined(separator: ", ") + "]" }
        let commands = CommandName.allCases.map { command in
            let relations = Relation.allCases.filter(Permissions.allowed(command).contains).map(\.rawValue)
            return "    {\"command\": \"\(command.rawValue)\", \"whoMay\": \(list(relations))}"
        }
        let transitions = PhaseName.allCases.flatMap { phase in
            CommandName.allCases.compactMap { command -> String? in
                let cell = self[phase, command]
                guard !cell.leadsTo.isEmpty || !cell.rejections.isEmpty else { return nil }
                let next = PhaseName.allCases.filter(cell.leadsTo.contains).map(\.rawValue)
                return "    {\"phase\": \"\(phase.rawValue)\", \"command\": \"\(command.rawValue)\", "
                    + "\"leadsTo\": \(list(next)), \"facts\": \(list(cell.facts.sorted())), "
                    + "\"rejections\": \(list(cell.rejections.sorted()))}"
            }
        }
        return "{\n  \"phases\": \(list(PhaseName.allCases.map(\.rawValue))),\n  \"commands\": [\n"
            + commands.joined(separator: ",\n") + "\n  ],\n  \"transitions\": [\n"
            + transitions.joined(separator: ",\n") + "\n  ]\n}\n"
    }

    /// `docs/case-machine.md`, whole.
    package var document: String {
        """
        # The case machine

        Made by `foyer machine --format document`, which runs the machine; a test says when this page is stale.
        A case is in one of these phases, and beside it carries values of its own that hold in every open phase: the
        unseen streak of each side, inactivity, the call, the participants. What is due when follows from the state
        (`Sources/CaseMachine/Deadlines.swift`); `deadlineReached` is the clock's command.

        ```mermaid
        \(mermaid)```

        ## Where each command leads
        "stays" means that the phase remains and something else changes; "·" that the phase takes the command, but the
        small cases that are walked through here never changed by it; empty that it is refused.
        A merger, and its undoing, is decided for two rooms at once (`decidePair`): `merge` and `undoMerge` are what it
        is to the room that goes, `absorb` and `undoAbsorb` to the one in which it lives on.

        \(table)
        """
    }
}
