import CaseMachine
import CaseStore
import Presence
package import Reactor
package import WebSocket
import Wire

/// Protocol v1 on one loop: its sockets, from the upgrade to the end. Made on the loop's thread and touched by that thread
/// alone, so it needs no locks; other threads come in through its `DeskDoor`.
///
/// This file: what a socket's connection does. `SocketDesk+Beginning`: who comes in. `SocketDesk+Sending`: what goes out.
/// The rest is done by its parts: commands, cases that are followed, lists, presence.
package final class SocketDesk {
    static let subprotocol = "foyer.v1"

    let house: HouseServices
    unowned let loop: EventLoop
    let index: Int
    var sessions: [ConnectionID: SocketSession] = [:]
    /// Ended lately, with the moment: a ticket of theirs that is being redeemed opens nothing.
    var endedSessions: [SessionID: Duration] = [:]
    /// The house closes: no command is taken any more.
    var isClosing = false
    /// Somebody waits to be able to take more.
    var isWatchingPauses = false
    var figures = DeskFigures()
    private var lastSocket: UInt64 = 0
    var roster: Roster

    private(set) lazy var names = CaseNames(self)
    private(set) lazy var commands = CommandDesk(self)
    private(set) lazy var cases = CaseHub(self)
    private(set) lazy var inboxes = Inboxes(self)
    private(set) lazy var presence = PresenceBoard(self)

    init(_ house: HouseServices, on loop: EventLoop, _ handle: LoopHandle) {
        self.house = house
        self.loop = loop
        index = handle.index
        roster = house.directory.roster
        house.doors.add(DeskDoor(self, handle))
        loop.every(.seconds(1)) { [unowned self] _ in lookAround() }
        loop.every(house.limits.sweep) { [unowned self] _ in
            compareWithStore()
        }
    }

    private func compareWithStore() {
        cases.sweepOnce()
        inboxes.sweepOnce()
    }

    /// The handshake's terms. Whose page it is says the house: every page of ours comes from our own origin.
    package static func policy(allowsOrigin: @escaping @Sendable (String?) -> Bool) -> UpgradePolicy {
        var policy = UpgradePolicy()
        policy.subprotocols = [subprotocol]
        policy.requiresSubprotocol = true
        policy.deflate = DeflatePolicy()
        policy.allowsOrigin = allowsOrigin
        return policy
    }

    // MARK: The connection

    package func opened(_ connection: Connection) {
        lastSocket += 1
        // Loops number their own; the presence of the process knows all of them.
        let socket = SocketID(UInt64(index) << 48 | lastSocket)
        sessions[connection.id] = SocketSession(connection.id, socket, house.limits, now: now)
        house.socketCame()
        if isClosing { end(connection.id, .restarting, String(house.comebackMilliseconds())) }
    }

    package func received(_ kind: MessageKind, _ bytes: UnsafeMutableRawBufferPointer, on connection: Connection) {
        guard let session = sessions[connection.id] else { return }
        if case .ended = session.stage { return }
        session.heard = now
        guard kind == .text else { return end(session.connection, .notTheProtocol, "send text, not binary messages") }
        guard bytes.count <= house.limits.messageBytes else {
            return fail(session, WireError(re: 0, .tooLong, detail: .limit(Int64(house.limits.messageBytes))))
        }
        let message: ClientMessage
        do throws(WireError) {
            message = try ClientMessage(json: UnsafeRawBufferPointer(bytes))
        } catch {
            guard session.allowance.take(now: now) else { return fail(session, WireError(re: error.re, .tooFast)) }
            return fail(session, error)
        }
        guard session.allowance.take(now: now) else { return fail(session, WireError(re: message.id, .tooFast)) }
        take(message, from: session)
    }

    package func closed(_ connection: Connection) {
        guard let session = sessions.removeValue(forKey: connection.id) else { return }
        house.socketWent()
        leave(session)
    }

    /// Nothing more is done for the socket; what is under way for it comes to nothing.
    func leave(_ session: SocketSession) {
        let wasOpen = session.visitor != nil
        if wasOpen {
            cases.left(session)
            inboxes.left(session)
            presence.left(session)
        }
        session.stage = .ended
        session.isPaused = false
        session.errands.removeAll()
        session.missed.removeAll()
    }

    private func take(_ message: ClientMessage, from session: SocketSession) {
        switch session.stage {
        case .ended: break
        case .silent:
            guard case .authenticate(let authenticate) = message.command else {
                return fail(session, WireError(re: message.id, .authenticateFirst))
            }
            begin(session, authenticate, re: message.id)
        case .asking: fail(session, WireError(re: message.id, .authenticateFirst))
        case .open(let visitor):
            guard session.inFlight < house.limits.inFlight else {
                return fail(session, WireError(re: message.id, .tooFast))
            }
            session.inFlight += 1
            session.asked.append(AskedCommand(re: message.id, type: message.command.type, at: now))
            take(message.command, re: message.id, from: session, visitor)
        }
    }

    private func take(_ command: ClientCommand, re: Int64, from session: SocketSession, _ visitor: Visitor) {
        switch command {
        case .authenticate: refuse(session, WireError(re: re, .notAllowed))
        case .ping:
            // Whoever hears the answer knows that the house has what was sent before, also if it ends in this moment.
            commands.handOver()
            answer(session, re, .pong(now: max(0, SystemClock.now().wall.milliseconds)))
        case .watch: inboxes.watch(session, visitor, re: re)
        case .closed(let query): inboxes.closed(query, session, visitor, re: re)
        case .subscribe(let subscription): cases.subscribe(session, subscription, re: re)
        case .unsubscribe(let name):
            cases.unsubscribe(session, name)
            answer(session, re, .done)
        case .guest(let name): inboxes.panel(of: name, session, visitor, re: re)
        case .presence(let use):
            if !use.isIdle { touch(session) }
            presence.changed(session, visitor, use)
            answer(session, re, .done)
        case .typing(let notice): presence.typing(notice, session, visitor, re: re)
        case .seen(let mark): commands.move(.markSeen(upTo: mark.upTo), of: mark.caseID, session, visitor, re: re)
        case .delivered(let mark):
            commands.move(.markDelivered(upTo: mark.upTo), of: mark.caseID, session, visitor, re: re)
        case .open(let command):
            touch(session)
            commands.open(command, session, visitor, re: re)
        case .onCase(let command):
            touch(session)
            commands.take(command, session, visitor, re: re)
        }
    }

    // MARK: The clock

    var now: Duration { SystemClock.connectionTime() }

    /// Once a second: what is due follows from the sessions, and nothing is scheduled.
    private func lookAround() {
        let (moment, wall) = (now, SystemClock.now().wall)
        lookAtRoster()
        // Without the broker, what other nodes store is found by looking alone.
        if house.nodes?.isWell == false { compareWithStore() }
        endedSessions = endedSessions.filter { moment - $0.value < house.limits.endedSessions }
        for session in sessions.values {
            switch session.stage {
            case .silent(let since):
                if moment - since >= house.limits.beginning {
                    end(session.connection, .silence, "authenticate within \(house.limits.beginning)")
                }
            case .asking, .ended: break
            case .open(let visitor):
                if moment - session.heard >= house.limits.silence {
                    end(session.connection, .silence, "nothing was heard of you")
                } else if wall >= visitor.endsAt {
                    end(session.connection, .sessionEnded, "sign in again")
                } else if wall >= visitor.idleAt {
                    lookAtSession(session, visitor)
                }
            }
        }
    }
}
