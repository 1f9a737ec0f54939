import Testing

/// A sample that a check must complain about, or must let pass.
struct Sample: CustomTestStringConvertible, Sendable {
    let path: String
    let text: String

    init(_ path: String, _ text: String) {
        self.path = path
        self.text = text
    }

    var file: TextFile { TextFile(path, text) }
    var testDescription: String { "\(path): \(text.prefix(60))" }
}

/// A check that cannot fail proves nothing: each is shown what it must find, and what it must not.
@Suite struct `Each check can fail` {
    private static let engine = "Sources/Reactor/Sample.swift"

    @Test func `a file of 601 lines is too long`() {
        let line = "let x = 1\n"
        #expect(Checks.length(TextFile("web/a.js", String(repeating: line, count: 600))).isEmpty)
        #expect(Checks.length(TextFile("web/a.js", String(repeating: line, count: 601))).count == 1)
        #expect(Checks.length(TextFile("Sources/Wire/A.swift", String(repeating: line, count: 601))).count == 1)
    }

    @Test(arguments: [
        Sample("Sources/Feed/A.swift", "if Mutants.isPlanted(.gapIgnored) { return }\n"),
        Sample("Sources/Feed/A.swift", "#if DEBUG\nimport Mutants\n#endif\n"),
        Sample("Sources/Feed/A.swift", "#if FOYER_MUTANTS\n#else\nimport Mutants\n#endif\n"),
        Sample("Sources/Feed/A.swift", "#if FOYER_MUTANTS\n#endif\nlet it: Mutant\n"),
    ])
    func `a planted bug that every build would have is found`(sample: Sample) {
        #expect(PlantedBugs.findings(sample.file).count == 1)
    }

    @Test(arguments: [
        Sample("Sources/Feed/A.swift", "#if FOYER_MUTANTS\n    import Mutants\n#endif\n"),
        Sample("Sources/Mutants/A.swift", "package enum Mutants {}\n"),
        Sample("Sources/Feed/A.swift", "let permutations = 1  // of Mutants\n"),
    ])
    func `a planted bug behind its switch is not`(sample: Sample) {
        #expect(PlantedBugs.findings(sample.file).isEmpty)
    }

    @Test(arguments: [
        Sample("Sources/WebSocket/A.swift", "import Foundation\n"),
        Sample("Sources/WebSocket/A.swift", "import Glibc\n"),
        Sample("Sources/WebSocket/A.swift", "import Synchronization\n"),
        Sample("Sources/WebSocket/A.swift", "private import struct Foundation.Data\n"),
        Sample("Sources/WebSocket/A.swift", "import FoundationEssentials\n"),
        Sample("Sources/WebSocket/Deflate/A.swift", "@preconcurrency import Reactor\n"),
        Sample("Sources/CaseMachine/A.swift", "import Presence\n"),
        Sample("Sources/CaseMachine/A.swift", "@_spi(Testing) package import Presence\n"),
        Sample("Sources/Presence/A.swift", "package import CaseMachine\n"),
        Sample("Sources/Feed/A.swift", "import CZlib\n"),
        Sample("Sources/Wire/A.swift", "import Foundation\n"),
        Sample("Sources/Broker/A.swift", "import Gateway\n"),
        Sample("Sources/Broker/A.swift", "import COpenSSL\n"),
        Sample("Sources/Reactor/A.swift", "import Broker\n"),
        Sample("Sources/Unheard/A.swift", "import Swift\n"),
    ])
    func `an import that points outward is found`(sample: Sample) {
        #expect(ImportRules.findings(sample.file).count == 1)
    }

    @Test(arguments: [
        Sample("Sources/WebSocket/A.swift", "internal import CZlib\n"),
        Sample("Sources/WebSocket/A.swift", "// import Foundation would be wrong here\n"),
        Sample("Sources/Wire/A.swift", "import FoundationEssentials\n"),
        Sample("Sources/Feed/A.swift", "import Wire\n"),
        Sample("Sources/Broker/A.swift", "import CHiredis\nimport Reactor\nimport Glibc\n"),
        Sample("Sources/Gateway/A.swift", "import Broker\nimport Logging\n"),
        Sample("Sources/foyer/A.swift", "import ArgumentParser\n"),
        Sample("Tests/Wire/A.swift", "import Foundation\n"),
    ])
    func `an import that points inward is not`(sample: Sample) {
        #expect(ImportRules.findings(sample.file).isEmpty)
    }

    @Test(arguments: [
        Sample(engine, "// TO" + "DO: later\n"),
        Sample("web/a.js", "// FIX" + "ME\n"),
        Sample("tools/a.py", "# XX" + "X\n"),
    ])
    func `a leftover is found`(sample: Sample) {
        #expect(Checks.leftovers(sample.file).count == 1)
    }

    @Test func `a word that merely contains one is not`() {
        #expect(Checks.leftovers(TextFile("web/a.js", "let autoTO" + "DOList, XX" + "XL\n")).isEmpty)
    }

    @Test(arguments: [
        "fatalError(\"no\")", "let a = try! f()", "let a = b as! C", "a!.b()", "f(a!)", "a[0]! + 1", "f()!", "x = y!",
        "var a: Int!", "if a! == b { }",
    ])
    func `code that traps is found`(line: String) {
        #expect(Checks.unsafeCode(TextFile(Self.engine, line + "\n")).count == 1)
    }

    @Test(arguments: [
        "if a != b { }", "if !a { }", "f(!a)", "let a = \"Stop!\"", "// never a!.b", "let a = \"\"\"", "a && !b",
        "[!a]",
    ])
    func `code that only looks like it is not`(line: String) {
        #expect(Checks.unsafeCode(TextFile(Self.engine, line + "\n")).isEmpty)
    }

    @Test func `text over several lines is not code`() {
        let text = "let a = \"\"\"\n    try! b!.c\n    \"\"\"\nlet d = e!\n"
        #expect(Checks.unsafeCode(TextFile(Self.engine, text)).map(\.line) == [4])
    }

    @Test func `printing is found, but not in the command line`() {
        let text = "    print(1)\n    debugPrint(2)\n    blueprint(3)\n    log.print(4)\n"
        #expect(Checks.printing(TextFile(Self.engine, text)).map(\.line) == [1, 2])
        #expect(Checks.printing(TextFile("Sources/foyer/A.swift", text)).isEmpty)
    }

    @Test(arguments: [
        "see /wo" + "rk/main", "(/ro" + "ot/x", "\"/op" + "t/wheels\"", "https://pyp" + "i.org/simple",
        "deb.deb" + "ian.org",
    ])
    func `an address of one machine is found`(line: String) {
        #expect(Checks.strayAddresses(TextFile("docs/a.md", line + "\n")).count == 1)
    }

    @Test func `a folder of the same name elsewhere is not`() {
        #expect(Checks.strayAddresses(TextFile("docs/a.md", "docs/wo" + "rk/plan.md\n")).isEmpty)
    }

    @Test(arguments: ["let a = 1 \n", "\tlet a = 1\n", "let a = 1\r\n", "let a = 1", "a\t\n", ""])
    func `stray whitespace is found`(text: String) {
        #expect(Checks.whitespace(TextFile("web/a.js", text)).count == 1)
    }

    @Test func `a tab belongs into a Makefile`() {
        #expect(Checks.whitespace(TextFile("Makefile", "all:\n\ttrue\n")).isEmpty)
        #expect(Checks.whitespace(TextFile("Makefile", "all: \n\ttrue\n")).count == 1)
    }

    @Test(arguments: [
        "final class A: @unchecked Sendable {}\n",
        "// trust me\nfinal class A: @unchecked Sendable {}\n",
        "let b = 1  // the reason of another line\nnonisolated(unsafe) var c = 1\n",
    ])
    func `trust without a reason is found`(text: String) {
        #expect(Checks.unsoundSharing(TextFile(Self.engine, text)).count == 1)
    }

    @Test(arguments: [
        "// Touched by its own loop only.\nfinal class A: @unchecked Sendable {}\n",
        "nonisolated(unsafe) var c = 1  // set once before any thread\n",
        "// A class that is @unchecked Sendable says why.\n",
    ])
    func `trust with a reason is not`(text: String) {
        #expect(Checks.unsoundSharing(TextFile(Self.engine, text)).isEmpty)
    }

    @Test func `a name that breaks the report of the tests is found`() {
        let test = "    @Test func `\"a\" is b`() {}\n    @Test func `a is b`() {}\n"
        #expect(Checks.testNames(TextFile("Tests/Wire/A.swift", test)).map(\.line) == [1])
    }

    @Test func `a gap, a double and a bad name among the decisions are found`() {
        #expect(Checks.decisions(["0001-a.md", "0002-b.md"]) == [])
        #expect(Checks.decisions(["0001-a.md", "0003-b.md"]) == ["number 2 is missing or doubled"])
        #expect(Checks.decisions(["0001-a.md", "0001-b.md"]) == ["number 2 is missing or doubled"])
        #expect(Checks.decisions(["notes.md"]) == ["notes.md: not named like 0001-what.md"])
    }
}
