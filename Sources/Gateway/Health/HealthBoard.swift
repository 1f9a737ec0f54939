import Synchronization

/// How the house is: its parts register what they are to be asked, and `/healthz` and `/readyz` ask.
///
/// A part is asked by one check at a time, whoever asks, and is taken to fail when that does not answer in time; what
/// stands still is not asked again until it has answered.
package final class HealthBoard: Sendable {
    package typealias Check = @Sendable () async -> PartHealth

    let limits: HealthLimits
    private let parts = Mutex<[HealthPart]>([])
    private let draining = Atomic(false)

    package init(limits: HealthLimits = HealthLimits()) { self.limits = limits }

    /// A part that is there already gets the new check.
    package func register(_ name: StaticString, _ weight: PartWeight, _ check: @escaping Check) {
        let part = HealthPart("\(name)", weight, limits, check)
        parts.withLock { parts in
            parts.removeAll { $0.name == part.name }
            parts.append(part)
        }
    }

    /// From now on the house is not ready, whatever its parts say.
    package func beginDrain() { draining.store(true, ordering: .sequentiallyConsistent) }

    package var isDraining: Bool { draining.load(ordering: .sequentiallyConsistent) }

    /// Does the process have to be started anew?
    package func life() async -> HealthReport {
        let parts = await ask { $0 == .life }
        return HealthReport(isWell(parts) ? .ok : .failing, parts)
    }

    /// Is somebody to be sent here?
    package func readiness() async -> HealthReport {
        let parts = await ask { _ in true }
        if isDraining { return HealthReport(.draining, parts) }
        guard isWell(parts) else { return HealthReport(.unready, parts) }
        return HealthReport(parts.allSatisfy { $0.health.state == .ok } ? .ready : .degraded, parts)
    }

    private func isWell(_ parts: [HealthReport.Part]) -> Bool {
        parts.allSatisfy { $0.health.state != .failing || $0.weight == .comfort }
    }

    private func ask(_ isWanted: (PartWeight) -> Bool) async -> [HealthReport.Part] {
        let wanted = parts.withLock { $0 }.filter { isWanted($0.weight) }
        return await withTaskGroup(of: HealthReport.Part.self) { group in
            for part in wanted { group.addTask { await part.ask() } }
            var answers: [HealthReport.Part] = []
            for await answer in group { answers.append(answer) }
            return answers.sorted { $0.name < $1.name }
        }
    }
}

/// One part, and what is known of it.
private final class HealthPart: Sendable {
    private struct State {
        var last: (health: PartHealth, took: Duration, at: ContinuousClock.Instant)?
        /// The check under way, and since when.
        var began: ContinuousClock.Instant?
        var waiting: [CheckedContinuation<HealthReport.Part, Never>] = []
    }

    private enum Next {
        case known(HealthReport.Part)
        case begin
        case wait
    }

    let name: String
    let weight: PartWeight
    private let limits: HealthLimits
    private let check: HealthBoard.Check
    private let state = Mutex(State())

    init(_ name: String, _ weight: PartWeight, _ limits: HealthLimits, _ check: @escaping HealthBoard.Check) {
        self.name = name
        self.weight = weight
        self.limits = limits
        self.check = check
    }

    func ask() async -> HealthReport.Part {
        await withCheckedContinuation { continuation in
            let now = ContinuousClock.now
            let next = state.withLock { state -> Next in
                if let began = state.began, now - began >= limits.answer { return .known(silent(since: began, now)) }
                if let last = state.last, state.began == nil, now - last.at < limits.fresh {
                    return .known(part(last.health, last.took))
                }
                state.waiting.append(continuation)
                guard state.began == nil else { return .wait }
                state.began = now
                return .begin
            }
            switch next {
            case .known(let part): continuation.resume(returning: part)
            case .wait: break
            case .begin: begin(at: now)
            }
        }
    }

    private func begin(at began: ContinuousClock.Instant) {
        Task { [self] in finish(await check(), since: began) }
        Task { [self] in
            try? await Task.sleep(for: limits.answer)
            giveUp(on: began)
        }
    }

    private func finish(_ health: PartHealth, since began: ContinuousClock.Instant) {
        let now = ContinuousClock.now
        let waiting = state.withLock { state in
            state.last = (health, now - began, now)
            state.began = nil
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiting in waiting { waiting.resume(returning: part(health, now - began)) }
    }

    /// The check goes on; those who wait for it do not.
    private func giveUp(on began: ContinuousClock.Instant) {
        let now = ContinuousClock.now
        let waiting = state.withLock { state -> [CheckedContinuation<HealthReport.Part, Never>] in
            guard state.began == began else { return [] }
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiting in waiting { waiting.resume(returning: silent(since: began, now)) }
    }

    private func silent(since began: ContinuousClock.Instant, _ now: ContinuousClock.Instant) -> HealthReport.Part {
        part(PartHealth(.failing, "does not answer in time"), now - began)
    }

    private func part(_ health: PartHealth, _ took: Duration) -> HealthReport.Part {
        HealthReport.Part(name: name, weight: weight, health: health, took: took)
    }
}
