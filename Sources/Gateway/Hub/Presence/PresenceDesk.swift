import CLinux
import CaseMachine
import Presence
import Reactor
import Synchronization

/// Presence and typing of this process, on a thread of their own: letters in, news for the loops out. The rules are
/// `PresenceNode`'s.
final class PresenceDesk: Sendable {
    enum Letter: Sendable {
        case connected(SocketID, PersonID, Status)
        case changed(SocketID, Status)
        case disconnected(SocketID)
        case joined(SocketID, TopicID)
        case left(SocketID, TopicID)
        case typed(SocketID, TopicID, Presence.Audience)
        case stoppedTyping(SocketID, TopicID, Presence.Audience)
        /// The first of a loop's sockets looks at the topic, or its last one does no more.
        case watch(TopicID, loop: Int)
        case unwatch(TopicID, loop: Int)
        /// Of another node.
        case heard(PresenceMessage)
        case broker(isWell: Bool)
        case look(Question<PresenceReading>)
        case stop
    }

    /// Of what may be lost: it is a matter of moments, and said again.
    private static let capacity = 65_536

    private let mailbox: Mailbox<Letter>
    private let thread: OwnThread
    private let here: Members

    /// `tell` is called on this desk's thread, with a loop's index; `hold` with the members who have a socket, whenever
    /// that changes; `publish` with what the other nodes are to know.
    init(
        id: NodeID, settings: PresenceSettings, tell: @escaping @Sendable (Int, [PresenceNews]) -> Void,
        publish: @escaping @Sendable (PresenceMessage) -> Void, hold: @escaping @Sendable (Set<MemberID>) -> Void
    ) throws(ReactorError) {
        let mailbox = try Mailbox<Letter>(capacity: Self.capacity)
        let here = Members()
        self.mailbox = mailbox
        self.here = here
        thread = try OwnThread("presence") {
            var turns = PresenceTurns(
                node: PresenceNode(id: id, settings: settings, now: SystemClock.connectionTime()), tell: tell,
                publish: publish)
            var letters: [Letter] = []
            while true {
                mailbox.take(&letters)
                for letter in letters {
                    if case .stop = letter { return turns.sayGoodbye(now: SystemClock.connectionTime()) }
                    turns.take(letter, now: SystemClock.connectionTime())
                }
                letters.removeAll(keepingCapacity: letters.count < 1024)
                turns.tick(now: SystemClock.connectionTime())
                if let members = turns.takeChangedMembers() {
                    here.set(members)
                    hold(members)
                }
                Self.wait(mailbox, until: turns.nextTick)
            }
        }
    }

    /// In the order of posting.
    func post(_ letter: Letter) { _ = mailbox.post(letter, urgent: letter.mustArrive) }

    /// Whether the member has a socket at this node, as far as the desk was told.
    func holds(_ member: MemberID) -> Bool { here.contains(member) }

    func stop() {
        _ = mailbox.post(.stop, urgent: true)
        thread.join()
    }

    private static func wait(_ mailbox: Mailbox<Letter>, until wake: Duration?) {
        // A letter may have come since; the descriptor says so at once.
        let left = wake.map { max(.zero, $0 - SystemClock.connectionTime()) } ?? .seconds(60)
        let (seconds, attoseconds) = min(left, .seconds(60)).components
        _ = clinux_wait(mailbox.descriptor, seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }

    /// Read by the loops, written by the desk.
    private final class Members: Sendable {
        private let members = Mutex<Set<MemberID>>([])

        func contains(_ member: MemberID) -> Bool { members.withLock { $0.contains(member) } }
        func set(_ new: Set<MemberID>) { members.withLock { $0 = new } }
    }
}

extension PresenceDesk.Letter {
    /// Whoever is not said to have gone would be there for ever. Bounded by the sockets and what they follow.
    fileprivate var mustArrive: Bool {
        switch self {
        case .connected, .disconnected, .joined, .left, .watch, .unwatch, .broker, .look, .stop: true
        case .changed, .typed, .stoppedTyping, .heard: false
        }
    }
}
