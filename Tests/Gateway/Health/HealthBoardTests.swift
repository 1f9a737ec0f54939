import Foundation
import Reactor
import Synchronization
import Testing
import WebSocket

@testable import Gateway

/// A part that answers when the test says so, and counts how often it is asked.
private final class SlowPart: Sendable {
    let gate = Gate()
    private let count = Atomic(0)

    var timesAsked: Int { count.load(ordering: .sequentiallyConsistent) }

    func answer() async -> PartHealth {
        count.add(1, ordering: .sequentiallyConsistent)
        await gate.pass()
        return .ok
    }
}

private func limits(answer: Duration = .milliseconds(100), fresh: Duration = .zero) -> HealthLimits {
    var limits = HealthLimits()
    (limits.answer, limits.fresh) = (answer, fresh)
    return limits
}

@Suite struct HealthBoardTests {
    struct Row: CustomTestStringConvertible {
        let parts: [(PartWeight, PartHealth.State)]
        let life: HealthReport.Verdict
        let readiness: HealthReport.Verdict

        var testDescription: String { "\(parts)" }
    }

    @Test(arguments: [
        Row(parts: [], life: .ok, readiness: .ready),
        Row(parts: [(.life, .ok), (.readiness, .ok), (.comfort, .ok)], life: .ok, readiness: .ready),
        Row(parts: [(.life, .failing), (.readiness, .ok)], life: .failing, readiness: .unready),
        Row(parts: [(.life, .ok), (.readiness, .failing)], life: .ok, readiness: .unready),
        Row(parts: [(.readiness, .degraded)], life: .ok, readiness: .degraded),
        Row(parts: [(.readiness, .ok), (.comfort, .failing)], life: .ok, readiness: .degraded),
        Row(parts: [(.life, .degraded), (.comfort, .degraded)], life: .ok, readiness: .degraded),
    ])
    func `a part weighs as much as it was registered with`(row: Row) async {
        let board = HealthBoard()
        let names: [StaticString] = ["a", "b", "c"]
        for (name, part) in zip(names, row.parts) { board.register(name, part.0) { PartHealth(part.1) } }
        #expect(await board.life().verdict == row.life)
        #expect(await board.readiness().verdict == row.readiness)
        board.beginDrain()
        #expect(await board.life().verdict == row.life)
        #expect(await board.readiness().verdict == .draining)
        #expect(await board.readiness().response.status == .serviceUnavailable)
    }

    @Test func `what does not answer in time fails, and is not asked again until it has answered`() async {
        let board = HealthBoard(limits: limits())
        let part = SlowPart()
        board.register("store", .readiness, part.answer)
        let began = ContinuousClock.now
        #expect(await board.readiness().verdict == .unready)
        #expect(ContinuousClock.now - began >= .milliseconds(100))
        #expect(await board.readiness().parts.first?.health.note.map { "\($0)" } == "does not answer in time")
        #expect(await board.readiness().verdict == .unready)
        #expect(part.timesAsked == 1)
        part.gate.open()
        while await board.readiness().verdict != .ready { await Task.yield() }
        #expect(part.timesAsked > 1)
    }

    @Test func `whoever asks while a part is being asked waits for the same answer`() async {
        let board = HealthBoard(limits: limits(answer: .seconds(20), fresh: .seconds(20)))
        let part = SlowPart()
        board.register("store", .readiness, part.answer)
        await withTaskGroup(of: HealthReport.self) { group in
            for _ in 0..<100 { group.addTask { await board.readiness() } }
            part.gate.open()
            for await report in group { #expect(report.verdict == .ready) }
        }
        #expect(part.timesAsked == 1)
    }

    @Test func `the answer names each part, its state and how long it took, and nothing else`() async throws {
        let board = HealthBoard()
        board.register("store", .readiness) { .ok }
        board.register("broker", .comfort) { PartHealth(.failing, "it cannot be reached") }
        let response = await board.readiness().response
        #expect(response.status == .ok)
        let body = try #require(JSONSerialization.jsonObject(with: Data(response.body)) as? [String: Any])
        #expect(Set(body.keys) == ["status", "parts"])
        #expect(body["status"] as? String == "degraded")
        let parts = try #require(body["parts"] as? [String: [String: Any]])
        #expect(parts["broker"]?["state"] as? String == "failing")
        #expect(parts["broker"]?["note"] as? String == "it cannot be reached")
        #expect(Set(parts["store"]?.keys.map { $0 } ?? []) == ["state", "milliseconds"])
    }

    @Test func `a loop that stands still is told, and one that has ended only while the house is to run`() async throws
    {
        var configuration = LoopGroupConfiguration()
        configuration.loops = 2
        let group = try LoopGroup(configuration) { handle, all in EchoApplication(handle, all, deflate: nil) }
        let board = HealthBoard(limits: limits(answer: .milliseconds(300)))
        board.watch(group.loops)
        #expect(await board.life().verdict == .ok)

        let held = DispatchSemaphore(value: 0)
        group.loops[1].run { _ in held.wait() }
        #expect(await board.life().verdict == .failing)
        held.signal()
        while await board.life().verdict != .ok { await Task.yield() }

        group.stop(limit: .zero)
        group.join()
        #expect(await board.life().verdict == .failing)
        board.beginDrain()
        #expect(await board.life().verdict == .ok)
    }

    @Test func `a question that nobody answers any more is answered by its end`() async {
        let began = ContinuousClock.now
        let answer = await Question<Int>.ask(within: .seconds(20)) { _ in }
        #expect(answer == nil)
        #expect(ContinuousClock.now - began < .seconds(10))
        #expect(await Question<Int>.ask(within: .seconds(20)) { $0.answer(7) } == 7)
    }
}
