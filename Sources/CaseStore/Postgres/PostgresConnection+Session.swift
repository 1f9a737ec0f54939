extension PostgresConnection {
    /// The first release whose behaviour this is written for: 15.
    private static let oldestVersion: Int64 = 150_000

    /// Sets the session's limits, and refuses a server that would acknowledge what a loss of power can take back, or that
    /// takes no writes. Asked of each new connection: behind one address, another server may have taken over.
    func checkServer(_ url: PostgresURL, _ settings: PostgresSettings) throws(StoreError) {
        let answers: [PostgresAnswer]
        do { answers = try run(Self.limits(settings) + [PostgresQuery(Self.settingsSQL)]) } catch {
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

    private static func limits(_ settings: PostgresSettings) -> [PostgresQuery] {
        let milliseconds = [
            ("lock_timeout", settings.lockWithin), ("statement_timeout", settings.statementWithin),
            ("idle_in_transaction_session_timeout", settings.idleInTransactionWithin),
            // A statement that waits for a lock ends when its client has gone.
            ("client_connection_check_interval", .seconds(1)),
        ]
        return milliseconds.map { name, limit in
            PostgresQuery(
                "SELECT set_config($1, $2, false)", [.text(name), .text(String(max(1, limit.wholeMilliseconds)))])
        }
    }

    private static let settingsSQL = """
        SELECT current_setting('server_version_num'), current_setting('fsync'), current_setting('synchronous_commit'),
            current_setting('full_page_writes'), current_setting('server_encoding'), pg_is_in_recovery(),
            current_setting('default_transaction_read_only')
        """
}
