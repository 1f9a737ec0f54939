import CaseMachine
import CaseStore
import Wire

/// What clients call cases, and what the house does. Names are found in what goes by, and else in the store; commands that
/// name a case wait for it in their order.
final class CaseNames {
    struct Known {
        let id: CaseID
        let organisation: OrganisationID
    }

    typealias Waiting = (Result<Known, WireFault>) -> Void

    private unowned let desk: SocketDesk
    /// Two halves; when the younger is full, the older goes.
    private var young: [PublicID: Known] = [:]
    private var old: [PublicID: Known] = [:]
    private var names: [CaseID: PublicID] = [:]
    private var lookups: [PublicID: [Waiting]] = [:]

    init(_ desk: SocketDesk) { self.desk = desk }

    func learn(_ news: CaseNews) { learn(news.publicID, news.id, news.state.organisation) }

    func learn(_ name: PublicID, _ id: CaseID, _ organisation: OrganisationID) {
        if young.count >= max(1, desk.house.limits.knownNames / 2), young[name] == nil {
            old = young
            young = [:]
        }
        young[name] = Known(id: id, organisation: organisation)
    }

    /// Of a case that the engine has just spoken of.
    func name(of id: CaseID) -> PublicID? { names[id] }

    /// What a turn of the engine has brought: its answers are about these.
    func learn(turn news: [CaseNews]) {
        names.removeAll(keepingCapacity: true)
        for news in news {
            learn(news)
            names[news.id] = news.publicID
        }
    }

    /// The same, whenever it went by. Looks at all of them: for what is rare.
    func search(_ id: CaseID) -> PublicID? {
        names[id] ?? young.first { $0.value.id == id }?.key ?? old.first { $0.value.id == id }?.key
    }

    func known(_ name: PublicID) -> Known? { young[name] ?? old[name] }

    /// The case of that name, for somebody of this organisation: one of another organisation does not exist for them.
    func find(
        _ text: String, for organisation: OrganisationID, then body: @escaping (Result<CaseID, WireFault>) -> Void
    ) {
        guard let name = PublicID(text: text) else { return body(.failure(WireFault(.noSuchCase))) }
        let found: Waiting = { result in
            body(
                result.flatMap { known in
                    known.organisation == organisation ? .success(known.id) : .failure(WireFault(.noSuchCase))
                })
        }
        // While it is looked for, what comes later waits behind, even if it has gone by meanwhile.
        if lookups[name] == nil, let known = known(name) { return found(.success(known)) }
        lookups[name, default: []].append(found)
        guard lookups[name]?.count == 1 else { return }
        let isAsked = desk.ask { house -> Result<Known, WireFault> in
            house.store.one(named: name).map { Known(id: $0.id, organisation: $0.state.organisation) }
        } then: { desk, result in
            desk.names.settle(name, result)
        }
        if !isAsked { settle(name, .failure(WireFault(.overloaded))) }
    }

    private func settle(_ name: PublicID, _ result: Result<Known, WireFault>) {
        if case .success(let known) = result { learn(name, known.id, known.organisation) }
        for body in lookups.removeValue(forKey: name) ?? [] { body(result) }
    }
}

/// An error before it is known which command it answers.
struct WireFault: Error {
    let code: String
    let message: String
    let retry: Bool
    let detail: WireError.Detail?

    init(_ code: ErrorCode) {
        self.init(code: code.rawValue, message: code.advice, retry: code.mayRetry)
    }

    init(code: String, message: String, retry: Bool = false, detail: WireError.Detail? = nil) {
        self.code = code
        self.message = message
        self.retry = retry
        self.detail = detail
    }

    /// Nobody learns from it whether a case of theirs or of somebody else is meant.
    init(trouble: CaseTrouble) {
        switch trouble {
        case .noSuchCase, .erased: self.init(.noSuchCase)
        case .newerShape, .unreadable: self.init(.caseUnreadable)
        }
    }

    func answering(_ re: Int64) -> WireError {
        WireError(re: re, code: code, message: message, retry: retry, detail: detail)
    }
}
