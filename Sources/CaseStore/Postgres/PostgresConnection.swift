import CPostgres
import CaseMachine
import Glibc

/// A statement with its arguments, which stand for `$1`, `$2` … or for `?` in their order.
package struct PostgresQuery: Sendable {
    package let sql: String
    package let arguments: [PostgresValue]

    package init(_ sql: String, _ arguments: [PostgresValue] = []) {
        self.sql = sql
        self.arguments = arguments
    }
}

/// One connection to PostgreSQL, of one thread at a time.
///
/// Statements are prepared at their first use, by their text; several are sent at once and answered in one round trip
/// (libpq's pipeline mode). Every wait ends: libpq itself never blocks here but for connecting, which it bounds, and
/// looking up a host's name, which the system bounds (resolv.conf).
package final class PostgresConnection {
    /// The texts are constants of this program; a mistake that made one from values fills no server's memory.
    private static let mostStatements = 256

    /// What the server says besides its answers. libpq would print it.
    private final class Notices {
        var warning: String?
    }

    private let connection: OpaquePointer
    private let notices = Notices()
    private let answerWithin: Duration
    private var statements: [String: String] = [:]
    private var hasFailed = false

    /// Connects, and checks what it has connected to (`checkServer`).
    package init(_ url: PostgresURL, _ settings: PostgresSettings) throws(StoreError) {
        answerWithin = settings.answerWithin
        guard let connection = Self.connect(url, settings) else {
            throw .unavailable("There is no memory for a connection to \(url).")
        }
        self.connection = connection
        guard PQstatus(connection) == CONNECTION_OK else {
            throw .unavailable("The database \(url) cannot be reached: \(Self.message(of: connection))")
        }
        PQsetNoticeReceiver(
            connection,
            { notices, result in
                guard let notices, let result,
                    PostgresConnection.field(PostgresConnection.severity, of: result) == "WARNING"
                else { return }
                Unmanaged<Notices>.fromOpaque(notices).takeUnretainedValue().warning =
                    PostgresConnection.field(PostgresConnection.text, of: result) ?? "a warning without words"
            }, Unmanaged.passUnretained(notices).toOpaque())
        guard PQsetnonblocking(connection, 1) == 0, PQenterPipelineMode(connection) == 1 else {
            throw .unavailable("The connection to \(url) cannot be used: \(Self.message(of: connection))")
        }
        try checkServer(url, settings)
    }

    deinit { PQfinish(connection) }

    private static func connect(_ url: PostgresURL, _ settings: PostgresSettings) -> OpaquePointer? {
        let connectSeconds = max(2, (settings.connectWithin.wholeMilliseconds + 999) / 1000)
        // What stands before the URL can be changed by it, what stands after it cannot.
        let options = [
            ("fallback_application_name", settings.applicationName),
            ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
            ("target_session_attrs", "read-write"),
            ("dbname", url.text),
            ("connect_timeout", String(connectSeconds)),
            ("tcp_user_timeout", String(settings.answerWithin.wholeMilliseconds)),
            ("client_encoding", "UTF8"),
        ]
        let keywords = options.map { strdup($0.0) }
        let values = options.map { strdup($0.1) }
        defer { for text in keywords + values { free(text) } }
        return PQconnectdbParams(
            keywords.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil], 1)
    }

    /// Whether it can be used for anything more.
    package var isBroken: Bool { hasFailed || PQstatus(connection) != CONNECTION_OK }

    /// Whether the server has said anything while nobody was asking: that it closes the connection, as a rule. What else it
    /// could be is rare, and a new connection costs little. Costs a system call.
    package func hasBeenClosed() -> Bool {
        guard !isBroken else { return true }
        var descriptor = pollfd(fd: PQsocket(connection), events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, 0) != 0
    }

    package enum TransactionState: Hashable, Sendable {
        case none
        case open
        /// A statement was refused: the transaction can only be taken back.
        case failed
        case gone
    }

    package var transactionState: TransactionState {
        guard !isBroken else { return .gone }
        return switch PQtransactionStatus(connection) {
        case PQTRANS_IDLE: .none
        case PQTRANS_INTRANS: .open
        case PQTRANS_INERROR: .failed
        default: .gone
        }
    }

    /// What the server has warned of since the last call of `run`.
    var warning: String? { notices.warning }

    // MARK: Statements

    @discardableResult
    package func run(_ sql: String, _ arguments: [PostgresValue] = []) throws(PostgresFailure) -> PostgresAnswer {
        let answers = try run([PostgresQuery(sql, arguments)])
        guard let answer = answers.first else { throw lose("no answer came") }
        return answer
    }

    /// Sends them all and waits for their answers: one round trip. The first one that is refused ends it, and what follows
    /// it is not run. Outside of a transaction they are one.
    ///
    /// Throws `.refused` or `.lost`.
    @discardableResult
    package func run(_ queries: [PostgresQuery]) throws(PostgresFailure) -> [PostgresAnswer] {
        guard !isBroken else { throw lose("the connection is closed") }
        notices.warning = nil
        let deadline = ContinuousClock.now + answerWithin
        let steps = try send(queries)
        guard PQpipelineSync(connection) == 1 else { throw lose(Self.message(of: connection)) }
        var answers: [PostgresAnswer] = []
        answers.reserveCapacity(queries.count)
        var refusal: PostgresFailure?
        for step in steps {
            switch try answer(by: deadline) {
            case .success(let answer):
                switch step {
                case .prepare(let sql, let name): statements[sql] = name
                case .query: answers.append(answer)
                }
            case .failure(let failure):
                // Of what was not run for it, the server says so, too.
                refusal = refusal ?? failure
            }
        }
        guard let end = try result(by: deadline) else { throw lose("an answer has no end") }
        defer { PQclear(end) }
        guard PQresultStatus(end) == PGRES_PIPELINE_SYNC else { throw lose("an answer came that nobody waits for") }
        guard let refusal else { return answers }
        if refusal.endsSession { hasFailed = true }
        throw refusal
    }

    private enum Step {
        case prepare(String, name: String)
        case query
    }

    private func send(_ queries: [PostgresQuery]) throws(PostgresFailure) -> [Step] {
        let arguments = queries.map { PostgresArguments($0.arguments) }
        guard arguments.allSatisfy({ !$0.isTooLong }) else {
            // program_limit_exceeded, as the server would say.
            throw PostgresFailure(.refused, state: "54000", "too much was to be stored at once")
        }
        var steps: [Step] = []
        var sent: [String: String] = [:]
        for (query, arguments) in zip(queries, arguments) {
            var name = statements[query.sql] ?? sent[query.sql]
            if name == nil, statements.count + sent.count < Self.mostStatements {
                // Never a name twice: what was sent and not run leaves a number out.
                let fresh = "s\(nextStatement)"
                nextStatement += 1
                guard PQsendPrepare(connection, fresh, Self.numbered(query.sql), 0, nil) == 1 else {
                    throw lose(Self.message(of: connection))
                }
                steps.append(.prepare(query.sql, name: fresh))
                sent[query.sql] = fresh
                name = fresh
            }
            let isSent = arguments.withPointers { count, values, lengths, forms in
                if let name {
                    PQsendQueryPrepared(connection, name, count, values, lengths, forms, 1)
                } else {
                    PQsendQueryParams(
                        connection, Self.numbered(query.sql), count, nil, values, lengths, forms, 1)
                }
            }
            guard isSent == 1 else { throw lose(Self.message(of: connection)) }
            steps.append(.query)
        }
        return steps
    }

    private var nextStatement = 1

    /// Statements without arguments, one after the other, separated by semicolons: for making tables. They are one
    /// transaction, or part of the one that is open. Waits for so long; nil waits as `run` does.
    package func runScript(_ sql: String, within patience: Duration? = nil) throws(PostgresFailure) {
        guard !isBroken else { throw lose("the connection is closed") }
        notices.warning = nil
        guard PQexitPipelineMode(connection) == 1, PQsendQuery(connection, sql) == 1 else {
            throw lose(Self.message(of: connection))
        }
        let deadline = ContinuousClock.now + (patience ?? answerWithin)
        var refusal: PostgresFailure?
        while let result = try result(by: deadline) {
            defer { PQclear(result) }
            if refusal == nil { refusal = Self.failure(result) }
            guard PQstatus(connection) == CONNECTION_OK else { break }
        }
        guard PQstatus(connection) == CONNECTION_OK, PQenterPipelineMode(connection) == 1 else {
            throw refusal ?? lose(Self.message(of: connection))
        }
        guard let refusal else { return }
        if refusal.endsSession { hasFailed = true }
        throw refusal
    }

    // MARK: Answers

    private func answer(
        by deadline: ContinuousClock.Instant
    ) throws(PostgresFailure) -> Result<PostgresAnswer, PostgresFailure> {
        guard let first = try result(by: deadline) else { throw lose("an answer is missing") }
        defer { PQclear(first) }
        let answer: Result<PostgresAnswer, PostgresFailure>
        if let failure = Self.failure(first) {
            // The server has said good-bye, or libpq says that it is gone.
            guard PQstatus(connection) == CONNECTION_OK else { throw lose(failure) }
            answer = .failure(failure)
        } else {
            answer = .success(PostgresAnswer(first))
        }
        // The answer's end; the next one begins after it.
        guard let more = try result(by: deadline) else { return answer }
        PQclear(more)
        throw lose("an answer came that nobody waits for")
    }

    /// What the server says next; nil at the end of an answer.
    private func result(by deadline: ContinuousClock.Instant) throws(PostgresFailure) -> OpaquePointer? {
        while PQisBusy(connection) == 1 {
            let unsent = PQflush(connection)
            guard unsent >= 0 else { throw lose(Self.message(of: connection)) }
            try wait(by: deadline, toWrite: unsent == 1)
            guard PQconsumeInput(connection) == 1 else { throw lose(Self.message(of: connection)) }
        }
        return PQgetResult(connection)
    }

    private func wait(by deadline: ContinuousClock.Instant, toWrite: Bool) throws(PostgresFailure) {
        var descriptor = pollfd(
            fd: PQsocket(connection), events: Int16(toWrite ? POLLIN | POLLOUT : POLLIN), revents: 0)
        while true {
            // Rounded up, so that it has passed when the wait is over.
            let left = CInt(clamping: max(.zero, deadline - ContinuousClock.now).wholeMilliseconds &+ 1)
            let ready = poll(&descriptor, 1, left)
            if ready > 0 { return }
            guard ready == 0 || errno == EINTR else { throw lose("its socket: \(String(cString: strerror(errno)))") }
            guard ContinuousClock.now < deadline else { throw lose("no answer came for \(answerWithin)") }
        }
    }

    /// The connection is of no more use: what is on its way would be taken for the answer to something else.
    private func lose(_ message: String) -> PostgresFailure {
        hasFailed = true
        return PostgresFailure(.lost, message)
    }

    private func lose(_ failure: PostgresFailure) -> PostgresFailure {
        hasFailed = true
        return PostgresFailure(.lost, state: failure.state, failure.message)
    }

    // Characters that libpq defines as macros (postgres_ext.h): PG_DIAG_SEVERITY_NONLOCALIZED and so on.
    private static let severity = CInt(UInt8(ascii: "V"))
    private static let state = CInt(UInt8(ascii: "C"))
    private static let text = CInt(UInt8(ascii: "M"))
    private static let constraint = CInt(UInt8(ascii: "n"))

    /// nil for an answer.
    private static func failure(_ result: OpaquePointer) -> PostgresFailure? {
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: nil
        case PGRES_PIPELINE_ABORTED: PostgresFailure(.refused, "not run, for what came before it")
        default:
            // Its details are left out: they quote values.
            PostgresFailure(
                .refused, state: field(state, of: result) ?? "",
                field(text, of: result) ?? line(PQresultErrorMessage(result)),
                constraint: field(constraint, of: result))
        }
    }

    private static func field(_ code: CInt, of result: OpaquePointer) -> String? {
        PQresultErrorField(result, code).map { String(cString: $0) }
    }

    private static func message(of connection: OpaquePointer) -> String { line(PQerrorMessage(connection)) }

    /// libpq ends its messages, and parts of them, with a new line.
    private static func line(_ message: UnsafePointer<CChar>?) -> String {
        let lines = message.map { String(cString: $0) }?.split(separator: "\n") ?? []
        return lines.isEmpty ? "no reason given" : lines.joined(separator: "; ")
    }

    /// `?` as `$1`, `$2` … as SQLite counts them: `?2` is the second, and a `?` after it the third. Not within a text in
    /// quotation marks.
    static func numbered(_ sql: String) -> String {
        guard sql.utf8.contains(UInt8(ascii: "?")) else { return sql }
        var numbered = ""
        var (last, isQuoted) = (0, false)
        var rest = Substring(sql)
        while let character = rest.popFirst() {
            if character == "'" { isQuoted.toggle() }
            guard character == "?", !isQuoted else {
                numbered.append(character)
                continue
            }
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let number = Int(digits) ?? last + 1
            last = max(last, number)
            numbered += "$\(number)"
        }
        return numbered
    }
}
