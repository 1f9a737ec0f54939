import ArgumentParser
import Gateway
import Simulation

extension Foyer.Bench {
    struct Engine: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Durable messages a second, and how long each takes.")
        @Option var senders: [Int] = [1, 64, 1024]
        @Option var seconds = 3.0
        @Option var textBytes = 120

        func run() throws {
            for senders in senders {
                let load = try EngineLoad(MemoryStore(), senders: senders, textBytes: textBytes)
                let outcome = load.run(seconds: seconds)
                print(senders, Int(outcome.messagesPerSecond), outcome.messagesPerCommit, outcome.percentile(0.5), outcome.percentile(0.99), outcome.percentile(0.999), "cpu us/msg", outcome.cpuSeconds * 1e6 / Double(outcome.messages))
            }
        }
    }
}
