import CaseMachine
import CaseStore
package import Reactor
import WebSocket

/// For whoever watches the process, and whoever sends people to it.
struct HealthRoutes: Sendable {
    let health: HealthBoard

    var table: Routes {
        Routes {
            Route(.get, "/healthz") { _ in await health.life().response }
            Route(.get, "/readyz") { _ in await health.readiness().response }
        }
    }
}

extension HealthBoard {
    /// Each loop answers a letter. Loops that have ended are missing only while the house is meant to run.
    package func watch(_ loops: [LoopHandle]) {
        let limit = limits.answer
        register("loops", .life) { [weak self] in
            let answers = await withTaskGroup(of: Bool.self) { group in
                for loop in loops {
                    group.addTask {
                        await Question<Bool>.ask(within: limit) { question in
                            loop.run(urgent: true) { _ in question.answer(true) }
                        } ?? false
                    }
                }
                var answers = 0
                for await isAnswer in group where isAnswer { answers += 1 }
                return answers
            }
            if answers == loops.count { return .ok }
            if self?.isDraining != false { return PartHealth(.ok, "ending") }
            return PartHealth(.failing, "a loop does not answer")
        }
    }

    /// A read that finds nothing, on a thread of its own: it may wait for the disk or the network.
    func watch(_ store: some CaseStore) {
        let work = BlockingWork("health", atOnce: 1, waiting: 1)
        register("store", .readiness) {
            let error = await work.run { () -> StoreError? in
                do throws(StoreError) {
                    _ = try store.versions(of: [CaseID(0)])
                    return nil
                } catch {
                    return error
                }
            }
            switch error {
            case .some(.none): return .ok
            case .some(.some(.full)): return PartHealth(.failing, "no room is left")
            case .some(.some(.unavailable)): return PartHealth(.failing, "it cannot be reached")
            case .some(.some(.unknown)): return PartHealth(.failing, "it has not answered")
            case .some(.some(.fatal)): return PartHealth(.failing, "it is damaged, or its disk is")
            case .none: return PartHealth(.failing, "too much waits for it")
            }
        }
    }
}
