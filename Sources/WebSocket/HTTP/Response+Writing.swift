extension Response {
    /// What the connection knows about the exchange that the response ends.
    package struct Exchange: Sendable {
        /// The response to HEAD has the fields of GET's and no body (RFC 9110 §9.3.2).
        package var method = HTTPMethod.get
        package var version = HTTPVersion.http11
        /// Whether the connection goes on afterwards.
        package var keepsAlive = false

        package init() {}

        package init(answering head: RequestHead, keepsAlive: Bool) {
            method = head.method
            version = head.version
            self.keepsAlive = keepsAlive && head.keepsAlive
        }
    }

    /// Appends the response as it goes over the wire.
    package func write(into buffer: inout ByteBuffer, _ exchange: Exchange = Exchange(), now: HTTPDate) {
        writeStatusLine(into: &buffer)
        // RFC 9110 §6.6.1: a server with a clock sends its time.
        buffer.append("Date: ")
        now.write(into: &buffer)
        buffer.append("\r\n")
        var upgrades = false
        for field in fields {
            upgrades = upgrades || field.name == "Upgrade"
            buffer.append(utf8: field.name)
            buffer.append(": ")
            buffer.append(utf8: field.value)
            buffer.append("\r\n")
        }
        writeConnection(into: &buffer, exchange, upgrades: upgrades)
        // RFC 9110 §8.6: no length where there can be no content.
        if !status.forbidsContent {
            buffer.append("Content-Length: ")
            buffer.append(utf8: String(body.count))
            buffer.append("\r\n")
        }
        buffer.append("\r\n")
        if !status.forbidsContent, exchange.method != .head {
            body.withUnsafeBytes { buffer.append($0) }
        }
    }

    private func writeStatusLine(into buffer: inout ByteBuffer) {
        buffer.append("HTTP/1.1 ")
        let code = min(max(status.rawValue, 100), 999)  // RFC 9110 §15: three digits
        buffer.append(utf8: String(code))
        buffer.append(" ")
        buffer.append(status.phrase)
        buffer.append("\r\n")
    }

    /// RFC 9112 §9.3; who sends Upgrade also names it here (RFC 9110 §7.8).
    private func writeConnection(into buffer: inout ByteBuffer, _ exchange: Exchange, upgrades: Bool) {
        switch (exchange.keepsAlive, upgrades) {
        case (false, false): buffer.append("Connection: close\r\n")
        case (false, true): buffer.append("Connection: Upgrade, close\r\n")
        case (true, true): buffer.append("Connection: Upgrade\r\n")
        case (true, false):
            // The default of HTTP/1.1 need not be said.
            if exchange.version == .http10 { buffer.append("Connection: keep-alive\r\n") }
        }
    }
}
