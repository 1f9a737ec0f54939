import COpenSSL
import Synchronization

/// The session tickets that servers have given to a client, by the name that their certificate was checked for: who comes
/// back is not asked for a certificate again. Each is used once (RFC 8446 §C.4).
final class TLSSessionShelf: Sendable {
    /// Of one name; with each lies the server's certificate. More than a process has sockets (`RLIMIT_NOFILE`) are of no use.
    static let most = 16_384

    /// Sound, since OpenSSL counts references atomically, and whoever has taken one out is the only one who has it.
    private struct Ticket: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    private let tickets = Mutex<[String: [Ticket]]>([:])

    deinit {
        tickets.withLock { tickets in
            for ticket in tickets.values.joined() { SSL_SESSION_free(ticket.pointer) }
        }
    }

    /// Has `context`, which must not outlive this, keep its tickets here.
    func serve(_ context: OpaquePointer) {
        copenssl_allow_tickets(context)
        _ = copenssl_set_session_cache_mode(
            context, Int(SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE))
        SSL_CTX_set_ex_data(context, 0, Unmanaged.passUnretained(self).toOpaque())
        SSL_CTX_sess_set_new_cb(context) { session, ticket in
            guard let session, let ticket, let peerName = TLSSession.of(session)?.peerName,
                let data = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(session), 0)
            else { return 0 }
            Unmanaged<TLSSessionShelf>.fromOpaque(data).takeUnretainedValue().put(ticket, for: peerName)
            return 0  // no reference was kept
        }
    }

    /// A copy: OpenSSL makes a ticket void when its connection ends without a good-bye, which is when it is needed most.
    private func put(_ ticket: OpaquePointer, for peerName: String) {
        tickets.withLock { tickets in
            guard tickets[peerName, default: []].count < Self.most, let copy = SSL_SESSION_dup(ticket) else { return }
            tickets[peerName, default: []].append(Ticket(pointer: copy))
        }
    }

    /// Has the session, which has not begun, come back to that server, if there is a ticket.
    func use(in session: OpaquePointer, for peerName: String) {
        guard let ticket = tickets.withLock({ $0[peerName]?.popLast() }) else { return }
        SSL_set_session(session, ticket.pointer)
        SSL_SESSION_free(ticket.pointer)
    }
}
