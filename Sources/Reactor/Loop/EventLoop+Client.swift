import CLinux
package import WebSocket

/// What a client asks for.
package struct ClientRequest: Sendable {
    package var address: ListenAddress
    /// Path and query as they go over the wire.
    package var target: String
    package var subprotocols: [String] = []
    package var deflate: DeflatePolicy?
    package var security: TLSPeer?
    /// Becomes the connection's `context`.
    package var context: UInt64 = 0

    package init(address: ListenAddress, target: String) {
        self.address = address
        self.target = target
    }
}

/// The client's role: connecting, the opening handshake, and from there on the same connection as a server's.
extension EventLoop {
    /// Begins a connection; `opened` or `closed` tells how it went. `nil` when no descriptor is to be had, the request
    /// cannot be written, or the loop is stopping.
    @discardableResult
    package func connect(_ request: ClientRequest) -> ConnectionID? {
        guard !isStopping else { return nil }
        var generator = SystemRandomNumberGenerator()
        let key = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let opening: ClientUpgrade
        do throws(ClientUpgradeError) {
            opening = try ClientUpgrade(
                host: request.address.description, target: request.target, key: key,
                subprotocols: request.subprotocols, deflate: request.deflate)
        } catch {
            return nil
        }
        var address = request.address.address
        let descriptor = clinux_connect(&address, nil)
        guard descriptor >= 0 else { return nil }
        let record = slab.take(descriptor: descriptor)
        let exchange = HTTPExchange()
        exchange.opening = opening
        exchange.security = request.security
        record.pointee.exchange = exchange
        record.pointee.phase = .connecting
        record.pointee.flags = [.client, .watchesWrite, .pausesRead]
        record.pointee.address = PeerAddress(address)
        record.pointee.since = now
        record.pointee.context = request.context
        watch(record)
        armTimer(record)
        return record.pointee.id
    }

    /// epoll says that the attempt has ended, one way or the other.
    func connected(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        if record.pointee.flags.contains(.stream) { return streamConnected(record) }
        guard clinux_socket_error(record.pointee.descriptor) == 0, let exchange = record.pointee.exchange else {
            return drop(record, .abnormal)
        }
        record.pointee.flags.subtract([.watchesWrite, .pausesRead])
        updateInterest(record)
        guard let security = exchange.security else { return sendOpening(record) }
        secure(record, security)
    }

    /// The connection stands, and its TLS.
    func sendOpening(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        guard let opening = record.pointee.exchange?.opening else { return drop(record, .abnormal) }
        record.pointee.phase = .upgrading
        corked = record
        opening.write(into: &cork)
        uncork()
    }

    func upgradeResponseReceived(
        _ record: UnsafeMutablePointer<ConnectionRecord>, _ bytes: UnsafeMutableRawBufferPointer
    ) {
        guard let exchange = record.pointee.exchange, let opening = exchange.opening else {
            return drop(record, .abnormal)
        }
        exchange.input.append(UnsafeRawBufferPointer(bytes))
        switch exchange.responseParser.parse(UnsafeRawBufferPointer(exchange.input.bytes)) {
        case .needMore:
            return
        case .refused:
            return drop(record, .protocolError)
        case .head(let head, let length):
            let agreed: ClientUpgrade.Agreed
            do throws(ClientUpgradeError) {
                agreed = try opening.verify(head)
            } catch {
                return drop(record, .protocolError)
            }
            exchange.input.removeFirst(length)
            becomeWebSocket(record, subprotocol: agreed.subprotocol, deflate: agreed.deflate)
            guard exchange.input.count > 0, record.pointee.phase == .webSocket else { return }
            // The record has let go of the exchange, whose bytes these are.
            withExtendedLifetime(exchange) { webSocketReceived(record, exchange.input.bytes) }
        }
    }
}
