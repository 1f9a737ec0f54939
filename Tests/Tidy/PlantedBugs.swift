/// A planted bug (docs/simulation.md) is in no build but the one that is made to find it.
enum PlantedBugs {
    @Sendable static func findings(_ file: TextFile) -> [Finding] {
        guard file.kind == "swift", let module = file.module, module != "Mutants" else { return [] }
        let name = /(?:^|\W)Mutants?(?:\W|$)/
        /// Of each `#if` that is open: whether what follows is only in that build.
        var open: [Bool] = []
        return SwiftCode(file).lines.enumerated().compactMap { index, line in
            let words = line.split(separator: " ")
            switch words.first {
            case "#if": open.append(words == ["#if", "FOYER_MUTANTS"])
            case "#else", "#elseif": if !open.isEmpty { open[open.count - 1] = false }
            case "#endif": _ = open.popLast()
            default: break
            }
            guard !open.contains(true), line.contains(name) else { return nil }
            return Finding(path: file.path, line: index + 1, message: "a planted bug that every build would have")
        }
    }
}
