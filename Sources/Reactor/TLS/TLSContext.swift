import COpenSSL

/// A certificate and how it is offered (the server's role), or whose certificates are trusted (the client's): Mozilla's
/// intermediate profile (TLS 1.2 and 1.3, forward secrecy, AEAD only; Server Side TLS 5.7). Immutable, so that all loops
/// share one; a reload makes a new one, and connections that began under the old keep it.
///
/// Buffers are released while a connection is idle, and no session cache is kept: 14.5 KB an idle connection instead of
/// 32 KB. The profile asks for session tickets to be off unless their keys are rotated: without `TicketKeys` they are.
package final class TLSContext: @unchecked Sendable {
    // Sound: an SSL_CTX counts its references atomically and is only read after `init`.
    let pointer: OpaquePointer
    /// The context points to it.
    private var tickets: TicketKeys?
    /// The context points to it. Nil in the server's role, and where nobody wants to come back sooner.
    private(set) var shelf: TLSSessionShelf?

    private static let ciphers = [
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
    ].joined(separator: ":")
    private static let groups = "X25519:P-256:P-384"

    /// What both roles have in common.
    private init(_ method: OpaquePointer?) throws(ReactorError) {
        ERR_clear_error()
        guard let context = SSL_CTX_new(method) else {
            throw ReactorError(.tls, "OpenSSL makes no context: \(Self.lastError())")
        }
        pointer = context
        copenssl_set_options(context)
        _ = copenssl_set_session_cache_mode(context, Int(SSL_SESS_CACHE_OFF))
        _ = copenssl_set_mode(context, Int(SSL_MODE_RELEASE_BUFFERS))
        guard copenssl_set_min_version(context, TLS1_2_VERSION) == 1,
            SSL_CTX_set_cipher_list(context, Self.ciphers) == 1, copenssl_set_groups(context, Self.groups) == 1
        else {
            throw ReactorError(.tls, "OpenSSL refuses the cipher list: \(Self.lastError())")
        }
    }

    /// The client's role: a server must show a certificate that leads to one of the PEM certificates in `authorityFile`,
    /// or, without a file, to one that the system trusts. `resuming` keeps session tickets for the next connection.
    package convenience init(trusting authorityFile: String?, resuming: Bool = false) throws(ReactorError) {
        try self.init(TLS_client_method())
        SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
        if resuming {
            let shelf = TLSSessionShelf()
            shelf.serve(pointer)
            self.shelf = shelf
        }
        guard let authorityFile else {
            guard SSL_CTX_set_default_verify_paths(pointer) == 1 else {
                throw ReactorError(.tls, "cannot use the system's certificates: \(Self.lastError())")
            }
            return
        }
        guard SSL_CTX_load_verify_file(pointer, authorityFile) == 1 else {
            throw ReactorError(
                .tls, "cannot use the file of trusted certificates '\(authorityFile)' (PEM): \(Self.lastError())")
        }
    }

    /// The server's role: reads a PEM certificate chain (the server's own first) and its PEM key. `tickets`: so that
    /// clients come back sooner.
    package convenience init(
        certificateFile: String, keyFile: String, tickets: TicketKeys? = nil
    ) throws(ReactorError) {
        try self.init(TLS_server_method())
        let context = pointer
        SSL_CTX_set_num_tickets(context, 0)
        tickets?.serve(context)
        self.tickets = tickets
        SSL_CTX_set_alpn_select_cb(context, Self.chooseProtocol, nil)
        // OpenSSL would ask the terminal for a key's pass phrase, and a reload would wait there with everybody.
        SSL_CTX_set_default_passwd_cb(context) { _, _, _, _ in 0 }

        guard SSL_CTX_use_certificate_chain_file(context, certificateFile) == 1 else {
            throw ReactorError(
                .tls, "cannot use the certificate file '\(certificateFile)' (a PEM chain): \(Self.lastError())")
        }
        guard SSL_CTX_use_PrivateKey_file(context, keyFile, SSL_FILETYPE_PEM) == 1 else {
            throw ReactorError(
                .tls, "cannot use the key file '\(keyFile)' (a PEM key that fits the certificate): \(Self.lastError())")
        }
        guard SSL_CTX_check_private_key(context) == 1 else {
            throw ReactorError(
                .tls, "the key '\(keyFile)' does not fit the certificate '\(certificateFile)': \(Self.lastError())")
        }
    }

    deinit {
        SSL_CTX_free(pointer)
    }

    /// ALPN (RFC 7301): WebSocket over HTTP/2 is not served, so `http/1.1` is the answer. A client that offers
    /// protocols but not this one is refused, which RFC 7301 §3.2 asks for and which defeats cross-protocol attacks.
    private static let chooseProtocol: SSL_CTX_alpn_select_cb_func = { _, out, outLength, offered, offeredLength, _ in
        guard let offered, let out, let outLength else { return SSL_TLSEXT_ERR_ALERT_FATAL }
        let list = UnsafeBufferPointer(start: offered, count: Int(offeredLength))
        var index = 0
        while index < list.count {
            let length = Int(list[index])
            let name = list[(index + 1)...].prefix(length)
            if name.elementsEqual("http/1.1".utf8) {
                out.pointee = offered + index + 1
                outLength.pointee = UInt8(truncatingIfNeeded: length)
                return SSL_TLSEXT_ERR_OK
            }
            index += 1 + length
        }
        return SSL_TLSEXT_ERR_ALERT_FATAL
    }

    /// OpenSSL's own words for what went wrong last on this thread.
    static func lastError() -> String {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0 else { return "no reason given" }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { text in
            guard let base = text.baseAddress else { return "" }
            ERR_error_string_n(code, base, text.count)
            return String(cString: base)
        }
    }
}
