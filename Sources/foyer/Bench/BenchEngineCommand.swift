import ArgumentParser
import CaseStore
import Foundation
import Gateway

extension Foyer.Bench {
    struct Engine: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Durable messages a second, and how long a sender waits for the answer.",
            discussion: """
                Senders in a closed loop, each with a case of its own, against the case engine with SQLite; and in the \
                same run the reference: the same sealed rows, inserted by a loop that does nothing else, with the same \
                settings. Every commit is synchronised to the disk. Run it on a machine that does nothing else.
                """)

        @Option(help: ArgumentHelp("A folder on the disk that is to be measured.", valueName: "dir"))
        var data = NSTemporaryDirectory()

        @Option(help: "Seconds that each figure is measured for.")
        var seconds = 3.0

        @Option(help: "Rounds; the medians are printed.")
        var rounds = 3

        @Option(
            help: ArgumentHelp(
                "Measure once more while so many cases, of another team, become due all at once.", valueName: "cases"))
        var due = 0

        @Option(help: ArgumentHelp("Length of a message.", valueName: "bytes"))
        var textBytes = 120

        @Option(help: "How many senders, and how many messages a commit of the reference; repeatable.")
        var senders = [1, 64, 1024]

        func validate() throws {
            guard (0.1...600).contains(seconds) else { throw ValidationError("--seconds: from 0.1 to 600") }
            guard (0...1_000_000).contains(due) else { throw ValidationError("--due: from 0 to 1000000") }
            guard (1...99).contains(rounds) else { throw ValidationError("--rounds: from 1 to 99") }
            // More would be told to try again: they are all of one organisation.
            let most = EngineLimits().waitingPerOrganisation
            guard !senders.isEmpty, senders.allSatisfy((1...most).contains) else {
                throw ValidationError("--senders: from 1 to \(most)")
            }
            guard (1...16_384).contains(textBytes) else { throw ValidationError("--text-bytes: from 1 to 16384") }
        }

        func run() throws {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: data, isDirectory: &isFolder), isFolder.boolValue else {
                throw BenchError.noFolder(data)
            }
            try refuseMemory()
            var report = EngineReport()
            for _ in 0..<rounds {
                for count in senders {
                    try inFolder { path in
                        let directory = DataDirectory(path: path)
                        let vault = try Vault.open(directory, missingMasterKey: .generate)
                        let store = try SQLiteStore(directory, vault)
                        let reference = try BareInsert(path: path + "/reference.sqlite")
                        reference.countSyncs()
                        let load = BareLoad(store: store, reference: reference, textBytes: textBytes)
                        report.add(reference: try load.run(batch: count, seconds: seconds), count)
                    }
                    report.add(engine: try measure(count, dueCases: 0), count)
                    if due > 0 { report.add(beside: due, try measure(count, dueCases: due), count) }
                }
            }
            print(report.text, terminator: "")
        }

        private func measure(_ senders: Int, dueCases: Int) throws -> LoadOutcome {
            var outcome = LoadOutcome()
            try inFolder { path in
                let directory = DataDirectory(path: path)
                let vault = try Vault.open(directory, missingMasterKey: .generate)
                let store = try SQLiteStore(directory, vault)
                store.countSyncs()
                let load = try EngineLoad(store, senders: senders, textBytes: textBytes, dueCases: dueCases)
                outcome = load.run(seconds: seconds)
            }
            return outcome
        }

        private func inFolder(_ body: (String) throws -> Void) throws {
            let path = data + "/foyer-bench-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: path) }
            try body(path)
        }

        /// By the mount that the folder lies on: the longest that its path begins with.
        private func refuseMemory() throws {
            let path = URL(fileURLWithPath: data).resolvingSymlinksInPath().path + "/"
            var longest = ""
            var kind = ""
            for line in try String(contentsOfFile: "/proc/self/mounts", encoding: .utf8).split(separator: "\n") {
                let words = line.split(separator: " ").map(String.init)
                guard words.count > 2 else { continue }
                let folder = words[1] == "/" ? "/" : words[1] + "/"
                if path.hasPrefix(folder), folder.count >= longest.count { (longest, kind) = (folder, words[2]) }
            }
            guard kind == "tmpfs" || kind == "ramfs" else { return }
            throw BenchError.memoryDisk(data)
        }
    }
}
