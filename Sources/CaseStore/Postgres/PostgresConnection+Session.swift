import CaseMachine

extension PostgresConnection {
    /// The first release whose behaviour this is written for: 15.
    private static let oldestVersion: Int64 = 150_000

    /// Sets the session's limits and ways, and refuses a server that would acknowledge what a loss of power can take back, or that
    /// takes no writes. Asked of each new connection: behind one address, another server may have taken over.
    func checkServer(_ url: PostgresURL, _ settings: PostgresSettings) throws(StoreError) {
        let answers: [PostgresAnswer]
        do { answers = try run(Self.session(settings) + [PostgresQuery(Self.settingsSQL)]) } catch {
            throw error.storeError
        }
        guard let row = answers.last?.rows.first, let version = row.text(0).flatMap({ Int64($0) }),
            let fsync = row.text(1), let commit = row.text(2), let pages = row.text(3), let encoding = row.text(4),
            let isRecovering = row.integer(5), let readOnly = row.text(6)
        else { throw .unavailable("The database \(url) does not say how it is set up.") }
        guard version >= Self.oldestVersion else {
            throw .unavailable("The database \(url) is PostgreSQL \(version / 10_000); 15 or later is needed.")
        }
        guard encoding == "UTF8" else {
            throw .unavailable("The database \(url) has the encoding \(encoding); make one with UTF8.")
        }
        guard fsync == "on", pages == "on" else {
            let setting = fsync == "on" ? "full_page_writes" : "fsync"
            throw .unavailable(
                "The database \(url) does not write durably: \(setting) is off. Set it to on in postgresql.conf.")
        }
        // remote_apply waits for more than on does.
        guard commit == "on" || commit == "remote_apply" else {
            throw .unavailable(
                "The database \(url) acknowledges what is not durable: synchronous_commit is \(commit). Set it to on, for "
                    + "the server, the database and the user.")
        }
        guard isRecovering == 0 else {
            throw .unavailable("The database \(url) is a standby (in recovery); name the one that takes writes.")
        }
        guard readOnly == "off" else {
            throw .unavailable("The database \(url) is read-only: default_transaction_read_only is on.")
        }
    }

    /// Each statement is written for an index, and is to take it whatever the statistics say of tables that are new or
    /// have just grown: a sequential scan or a hash join is taken only where there is no other way. The penalty for them
    /// would have queries compiled (`jit`) that take microseconds; planned once is enough.
    private static let plans = [
        ("enable_seqscan", "off"), ("enable_hashjoin", "off"), ("enable_mergejoin", "off"), ("jit", "off"),
        ("plan_cache_mode", "force_generic_plan"),
    ]

    private static func session(_ settings: PostgresSettings) -> [PostgresQuery] {
        let limits = [
            ("lock_timeout", settings.lockWithin), ("statement_timeout", settings.statementWithin),
            ("idle_in_transaction_session_timeout", settings.idleInTransactionWithin),
            // A statement that waits for a lock ends when its client has gone.
            ("client_connection_check_interval", .seconds(1)),
        ]
        let texts = limits.map { name, limit in (name, String(max(1, limit.wholeMilliseconds))) }
        return (texts + plans).map { name, text in
            PostgresQuery("SELECT set_config($1, $2, false)", [.text(name), .text(text)])
        }
    }

    private static let settingsSQL = """
        SELECT current_setting('server_version_num'), current_setting('fsync'), current_setting('synchronous_commit'),
            current_setting('full_page_writes'), current_setting('server_encoding'), pg_is_in_recovery(),
            current_setting('default_transaction_read_only')
        """
}
