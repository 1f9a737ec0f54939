import CaseStore
import Glibc
import Reactor

/// A thread that does the store's blocking work, one job after the other.
final class StoreWorker<Store: CaseStore>: Sendable {
    enum Work: Sendable {
        case commit(JobID, [Result<Store.Prepared, CaseTrouble>])
        case perform(EngineJob)
        case stop
    }

    private let mailbox: Mailbox<Work>
    private let thread: OwnThread

    init(
        _ name: String, _ store: Store, node: NodeID, report: @escaping @Sendable (JobID, JobResult) -> Void
    ) throws(ReactorError) {
        // The engine has a handful of jobs under way.
        let mailbox = try Mailbox<Work>(capacity: 64)
        self.mailbox = mailbox
        thread = try OwnThread(name) {
            var work: [Work] = []
            while true {
                var descriptor = pollfd(fd: mailbox.descriptor, events: Int16(POLLIN), revents: 0)
                poll(&descriptor, 1, -1)
                mailbox.take(&work)
                for work in work {
                    switch work {
                    case .commit(let id, let prepared): report(id, .committed(store.result(of: prepared)))
                    case .perform(let job): report(job.id, store.perform(job.kind, for: node))
                    case .stop: return
                    }
                }
                work.removeAll(keepingCapacity: true)
            }
        }
    }

    func take(_ work: Work) { _ = mailbox.post(work, urgent: true) }

    func stop() {
        take(.stop)
        thread.join()
    }
}

extension CaseStore {
    fileprivate func result(
        of prepared: [Result<Prepared, CaseTrouble>]
    ) -> Result<[Result<CommitOutcome, CaseTrouble>], StoreError> {
        do { return .success(try commit(prepared: prepared)) } catch { return .failure(error) }
    }
}
