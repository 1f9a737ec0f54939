import CLinux
import Glibc
import WebSocket

extension EventLoop {
    func acceptConnections(_ index: Int) {
        guard index < listeners.count else { return }
        for _ in 0..<limits.acceptsPerTurn {
            if limits.handshakesUnderWay > 0, handshakesUnderWay >= limits.handshakesUnderWay {
                figures.acceptPauses &+= 1
                return rest(index)
            }
            var peer = clinux_address()
            reserve.waitForTurn()
            let descriptor = clinux_accept(listeners[index].descriptor, &peer)
            guard descriptor >= 0 else {
                switch errno {
                case EINTR, ECONNABORTED, EPROTO: continue  // that peer is gone; others wait
                case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                    guard refuseForLackOfDescriptors(index) else { return }
                    continue
                default: return  // EAGAIN: no one waits any more
                }
            }
            let isPlain = listeners[index].tls == nil
            if reserve.takesBack({ turnAway(descriptor, isPlain: isPlain, .descriptors) }) { continue }
            welcome(descriptor, PeerAddress(peer), tls: listeners[index].tls)
        }
    }

    private func welcome(_ descriptor: Int32, _ address: PeerAddress, tls context: TLSContext?) {
        switch addresses.admit(address) {
        case .admitted: break
        case .tooManyConnections: return turnAway(descriptor, isPlain: context == nil, .address)
        case .tooManyHandshakes: return turnAway(descriptor, isPlain: context == nil, .handshakes)
        }
        figures.accepted &+= 1
        handshakesUnderWay += 1
        let record = slab.take(descriptor: descriptor)
        record.pointee.address = address
        record.pointee.since = now
        record.pointee.lastReceived = now
        record.pointee.flags.insert(.handshaking)
        if let context {
            guard let session = TLSSession(context, pipe: tlsPipe, role: .server) else {
                return drop(record, .internalError)
            }
            record.pointee.tls = session
        }
        // The kernel hands a connection over when its first bytes are there (TCP_DEFER_ACCEPT): most often the whole
        // handshake is done in this call, and epoll only hears of an open WebSocket.
        readable(record)
        guard record.pointee.phase != .dead else { return }
        watch(record)
        armTimer(record)
    }

    /// Registers a record with epoll.
    func watch(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        record.pointee.flags.insert(.watched)
        let id = record.pointee.id
        guard epoll.add(record.pointee.descriptor, token: id.token, interest(record)) else {
            return drop(record, .internalError)
        }
    }

    /// `false` when no more can be accepted for now.
    private func refuseForLackOfDescriptors(_ index: Int) -> Bool {
        let isPlain = listeners[index].tls == nil
        let outcome = reserve.turnAwayNext(of: listeners[index].descriptor) { descriptor in
            turnAway(descriptor, isPlain: isPlain, .descriptors)
        }
        switch outcome {
        case .turnedAway: return true
        case .nobody: return false
        case .unavailable:
            rest(index)
            return false
        }
    }

    /// A listener that cannot accept, or is not to, is not watched for a moment, or the loop would spin.
    private func rest(_ index: Int) {
        epoll.modify(listeners[index].descriptor, token: Token.listener(index), [])
        listeners[index].restsUntil = Tick(count: now.count &+ 2)
        restingListeners = true
    }

    func wakeListeners() {
        guard restingListeners else { return }
        restingListeners = false
        for index in listeners.indices {
            guard let until = listeners[index].restsUntil else { continue }
            if now.isAtOrAfter(until) {
                listeners[index].restsUntil = nil
                epoll.modify(listeners[index].descriptor, token: Token.listener(index), .read)
            } else {
                restingListeners = true
            }
        }
    }

    /// Answers with a status, as far as the kernel takes it at once, and closes.
    private func turnAway(_ descriptor: Int32, isPlain: Bool, _ refusal: LoopFigures.Refusal) {
        figures.refuse(refusal)
        if isPlain {
            // An address that has too many has to give some up; for the rest it is a matter of moments.
            let status: HTTPStatus = refusal == .address ? .tooManyRequests : .serviceUnavailable
            // What has arrived is read first: closing over unread bytes sends a reset that overtakes the answer.
            _ = clinux_recv(descriptor, receiveBuffer.baseAddress, receiveBuffer.count)
            var response = Response(status, text: "This server has as many connections as it can serve. Try again.\n")
            response.set("Retry-After", "5")
            scratch.removeAll(keepingCapacity: Self.keptBytes)
            response.write(into: &scratch, now: wallClock())
            _ = clinux_send(descriptor, scratch.bytes.baseAddress, scratch.count)
        }
        Glibc.close(descriptor)
    }
}
