import COpenSSL
import WebSocket

/// The TLS state of one connection. It reads and writes through its loop's `TLSPipe`, so it never blocks and never
/// touches a socket.
final class TLSSession {
    enum ReadResult {
        /// Bytes came out, and more may follow.
        case more
        /// All that arrived has been read.
        case drained
        /// The peer ended its side (close_notify).
        case closed
        /// The peer broke TLS; an alert for it may wait in the pipe.
        case failed
    }

    private let pointer: OpaquePointer
    private let context: TLSContext
    private var hasFailed = false
    /// Whom the peer's certificate must name; nil in the server's role.
    private(set) var peerName: String?

    /// `nil` when memory is short.
    init?(_ context: TLSContext, pipe: TLSPipe, role: Role) {
        guard let session = SSL_new(context.pointer) else { return nil }
        pointer = session
        self.context = context
        // One reference for both directions (SSL_set_bio(3)); the pipe keeps its own.
        BIO_up_ref(pipe.bio)
        SSL_set_bio(session, pipe.bio, pipe.bio)
        switch role {
        case .server: SSL_set_accept_state(session)
        case .client:
            SSL_set_connect_state(session)
            // Unretained: it is freed when this goes.
            SSL_set_ex_data(session, 0, Unmanaged.passUnretained(self).toOpaque())
        }
    }

    /// Whose pointer this is, in the client's role.
    static func of(_ pointer: OpaquePointer) -> TLSSession? {
        SSL_get_ex_data(pointer, 0).map { Unmanaged<TLSSession>.fromOpaque($0).takeUnretainedValue() }
    }

    /// The peer was recognised by its ticket, once the handshake is done.
    var isResumed: Bool { SSL_session_reused(pointer) == 1 }

    deinit {
        SSL_free(pointer)
    }

    /// The peer's certificate must bear this name, or this numeric address; a name is also said at the beginning, for a
    /// server of several (RFC 6066 §3, which has no place for addresses). `false` when OpenSSL takes no such name.
    func expect(peerName: String) -> Bool {
        guard hasSet(peerName) else { return false }
        self.peerName = peerName
        context.shelf?.use(in: pointer, for: peerName)
        return true
    }

    private func hasSet(_ peerName: String) -> Bool {
        let parameters = SSL_get0_param(pointer)
        if X509_VERIFY_PARAM_set1_ip_asc(parameters, peerName) == 1 { return true }
        X509_VERIFY_PARAM_set_hostflags(parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        return X509_VERIFY_PARAM_set1_host(parameters, peerName, 0) == 1
            && copenssl_set_server_name(pointer, peerName) == 1
    }

    enum HandshakeProgress {
        case done
        case needsMore
        /// The reason in OpenSSL's words; an alert for the peer may wait in the pipe.
        case failed(String)
    }

    /// Goes on with the handshake, and no further.
    func shakeHands() -> HandshakeProgress {
        ERR_clear_error()
        let result = SSL_do_handshake(pointer)
        if result == 1 { return .done }
        switch SSL_get_error(pointer, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE:
            return .needsMore
        default:
            hasFailed = true
            let verdict = SSL_get_verify_result(pointer)
            guard verdict != Int(X509_V_OK) else { return .failed(TLSContext.lastError()) }
            return .failed("the server's certificate: \(String(cString: X509_verify_cert_error_string(verdict)))")
        }
    }

    /// Decrypts into the free part of `buffer`, a record at a time; performs the handshake as it goes.
    func read(into buffer: inout ByteBuffer) -> ReadResult {
        guard !hasFailed else { return .failed }
        while true {
            let free = buffer.bytesToFill
            // A record holds at most 16 KB (RFC 8446 §5.1); less room would split it and cost a call.
            guard free.count >= 16 << 10 else { return .more }
            ERR_clear_error()
            var count = 0
            let result = SSL_read_ex(pointer, free.baseAddress, free.count, &count)
            if result == 1 {
                buffer.didFill(count)
                continue
            }
            switch SSL_get_error(pointer, result) {
            case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .drained
            case SSL_ERROR_ZERO_RETURN: return .closed
            default:
                hasFailed = true
                return .failed
            }
        }
    }

    /// Encrypts into the pipe; `false` when the session is broken.
    func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count > 0 else { return !hasFailed }
        guard !hasFailed, SSL_is_init_finished(pointer) == 1 else { return false }
        ERR_clear_error()
        var written = 0
        guard SSL_write_ex(pointer, bytes.baseAddress, bytes.count, &written) == 1 else {
            hasFailed = true
            return false
        }
        return true
    }

    /// Puts a close_notify into the pipe, so that the peer can tell an end from a cut (RFC 8446 §6.1).
    func shutdown() {
        guard !hasFailed, SSL_is_init_finished(pointer) == 1 else { return }
        ERR_clear_error()
        _ = SSL_shutdown(pointer)
    }
}
