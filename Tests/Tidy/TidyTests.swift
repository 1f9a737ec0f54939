import Foundation
import Testing

@Suite struct `The project is tidy` {
    @Test func `no file breaks a rule`() throws {
        let files = try Repository.files()
        #expect(files.contains { $0.path == "Package.swift" }, "the project was not found")
        let findings = files.flatMap { file in Checks.all.flatMap { $0(file) } }
        #expect(findings.isEmpty, "\(findings.map(\.description).joined(separator: "\n"))")
    }

    @Test func `no file is allowed to be longer than the others`() {
        #expect(Checks.longFiles.isEmpty)
    }

    @Test func `decisions are numbered without gaps`() throws {
        let folder = Repository.root.appending(path: "docs/decisions")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(!names.isEmpty)
        #expect(Checks.decisions(names.sorted()) == [])
    }
}
