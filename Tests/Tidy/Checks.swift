/// What every file must keep to. Each check takes one file and says what is wrong with it.
enum Checks {
    static let longestFile = 600
    /// Files that may be longer. Meant to stay empty: a name here is a debt.
    static let longFiles: Set<String> = []

    static let all: [@Sendable (TextFile) -> [Finding]] = [
        length, ImportRules.findings, leftovers, unsafeCode, printing, strayAddresses, whitespace, unsoundSharing,
        testNames, PlantedBugs.findings,
    ]

    @Sendable static func length(_ file: TextFile) -> [Finding] {
        guard ["swift", "js", "mjs"].contains(file.kind), !longFiles.contains(file.path) else { return [] }
        // The newline at the end makes one more, empty line.
        let count = file.lines.count - 1
        guard count > longestFile else { return [] }
        return [Finding(path: file.path, line: 0, message: "\(count) lines; above \(longestFile) is a second idea")]
    }

    @Sendable static func leftovers(_ file: TextFile) -> [Finding] {
        guard ["swift", "js", "mjs", "c", "h", "py", "css", "html"].contains(file.kind) else { return [] }
        // In pieces, so that this file may say them.
        let words = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
        return find(file.lines, in: file) { line in
            words.first { word in
                guard let range = line.firstRange(of: word) else { return false }
                return !(line[..<range.lowerBound].last?.isLetter ?? false)
                    && !(line[range.upperBound...].first?.isLetter ?? false)
            }.map { "\($0) that nobody owns" }
        }
    }

    /// What turns input, or a mistake, into the end of every connection.
    @Sendable static func unsafeCode(_ file: TextFile) -> [Finding] {
        guard file.kind == "swift" else { return [] }
        let forceUnwrap = /[\w\)\]\}"`]!(?:$|[^=\w"])/
        return find(SwiftCode(file).lines, in: file) { line in
            if line.contains("fatalError(") { return "fatalError" }
            guard line.contains("!") else { return nil }
            if line.contains(/\btry[!]/) { return "try!" }
            if line.contains(/\bas[!]/) { return "as!" }
            return line.contains(forceUnwrap) ? "force unwrap" : nil
        }
    }

    /// Only the command line talks to the terminal; everything else has a log.
    @Sendable static func printing(_ file: TextFile) -> [Finding] {
        guard file.kind == "swift", let module = file.module, module != "foyer" else { return [] }
        let call = /(?:^|[^\w.])(?:debugP|p)rint\(/
        return find(SwiftCode(file).lines, in: file) { $0.contains(call) ? "print outside of foyer" : nil }
    }

    /// Paths of one machine, and hosts of registries that belong into a machine's settings.
    @Sendable static func strayAddresses(_ file: TextFile) -> [Finding] {
        let paths = ["/wo" + "rk/", "/fa" + "rm/", "/ro" + "ot/", "/ho" + "me/", "/tm" + "p/bash_jobs", "/op" + "t/"]
        let hosts = ["deb.deb" + "ian.org", "pyp" + "i.org", "python" + "hosted.org", "registry.np" + "mjs.org"]
        return find(file.lines, in: file) { line in
            for path in paths {
                guard let range = line.firstRange(of: path) else { continue }
                // In the middle of a longer path it is somebody else's folder.
                if !(line[..<range.lowerBound].last.map { $0.isLetter || $0.isNumber || $0 == "." } ?? false) {
                    return "path of one machine"
                }
            }
            return hosts.contains { line.contains($0) } ? "host of a registry" : nil
        }
    }

    @Sendable static func whitespace(_ file: TextFile) -> [Finding] {
        let isMakefile = file.path.hasSuffix("Makefile")
        var findings = find(file.lines, in: file) { line in
            if line.last == " " || line.last == "\t" { return "trailing space" }
            if line.hasSuffix("\r") { return "carriage return" }
            return !isMakefile && line.contains("\t") ? "tab" : nil
        }
        if file.lines.last != "" || file.lines == [""] {
            findings.append(Finding(path: file.path, line: file.lines.count, message: "no newline at the end"))
        }
        return findings
    }

    /// Whoever tells the compiler to trust them says why it may.
    @Sendable static func unsoundSharing(_ file: TextFile) -> [Finding] {
        guard file.kind == "swift" else { return [] }
        let code = SwiftCode(file)
        return code.lines.indices.compactMap { index in
            let line = code.lines[index]
            guard line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)") else { return nil }
            let above = index > 0 && code.lines[index - 1].allSatisfy(\.isWhitespace) ? code.comments[index - 1] : ""
            guard !isReason(code.comments[index]), !isReason(above) else { return nil }
            return Finding(path: file.path, line: index + 1, message: "says not why this is sound")
        }
    }

    /// The report of the tests is XML, and its writer escapes nothing: one such name, and no test of the run counts.
    @Sendable static func testNames(_ file: TextFile) -> [Finding] {
        guard file.kind == "swift", file.path.hasPrefix("Tests/") else { return [] }
        let name = /\b(?:func|struct) `[^`]*["<&][^`]*`/
        return find(SwiftCode(file).lines, in: file) { $0.contains(name) ? "a test's name that XML cannot hold" : nil }
    }

    private static func isReason(_ comment: String) -> Bool {
        comment.split(separator: " ").count >= 3
    }

    /// Decisions are numbered from 0001 on, and none is taken away.
    static func decisions(_ names: [String]) -> [String] {
        let numbers = names.map { name in name.wholeMatch(of: /(\d{4})-[a-z0-9-]+\.md/).flatMap { Int($0.1) } }
        let unnamed = zip(names, numbers).filter { $0.1 == nil }.map { "\($0.0): not named like 0001-what.md" }
        let misnumbered = zip(numbers.compactMap(\.self).sorted(), 1...).filter { $0.0 != $0.1 }
        return unnamed + misnumbered.prefix(1).map { "number \($0.1) is missing or doubled" }
    }

    private static func find(_ lines: [String], in file: TextFile, _ judge: (String) -> String?) -> [Finding] {
        lines.enumerated().compactMap { index, line in
            judge(line).map { Finding(path: file.path, line: index + 1, message: $0) }
        }
    }
}
