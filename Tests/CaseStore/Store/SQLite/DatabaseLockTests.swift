import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import CaseStore

@Suite struct DatabaseLockTests {
    private final class Stranger: Sendable {
        let isOver = Atomic(false)
        let robberies = Atomic(0)
        let hasEnded = DispatchSemaphore(value: 0)
    }

    /// Twice, and the second time would be of whatever another thread has opened in between.
    @Test func `a lock that is refused is closed once`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/lock"
        let lock = try DatabaseLock(path: path)
        let stranger = Stranger()
        Thread {
            while !stranger.isOver.load(ordering: .relaxed) {
                let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
                // Others in this process may have used all of them up.
                guard descriptor >= 0 else { continue }
                if fcntl(descriptor, F_GETFD) < 0 { stranger.robberies.add(1, ordering: .relaxed) }
                close(descriptor)
            }
            stranger.hasEnded.signal()
        }.start()
        var refusals = 0
        for _ in 0..<20_000 {
            do throws(StoreError) { _ = try DatabaseLock(path: path) } catch { refusals += 1 }
        }
        stranger.isOver.store(true, ordering: .relaxed)
        stranger.hasEnded.wait()
        #expect(refusals == 20_000)
        #expect(stranger.robberies.load(ordering: .relaxed) == 0)
        _ = consume lock
    }
}
