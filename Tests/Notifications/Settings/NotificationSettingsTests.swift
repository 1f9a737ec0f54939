import CaseMachine
import Foundation
import Glibc
import HTTPClient
import TestSupport
import Testing

@testable import Notifications

@Suite struct NotificationSettingsTests {
    private static let twilio: @Sendable (inout NotificationOptions) -> Void = {
        $0.smsProvider = "twilio"
        $0.smsAccount = "AC0123456789abcdef0123456789abcdef"
        $0.smsTokenFile = "token"
        $0.smsSender = "+447700900123"
        $0.smsCountries = "+44"
    }
    private static let webhook: @Sendable (inout NotificationOptions) -> Void = {
        $0.smsProvider = "webhook"
        $0.smsURL = "https://sms.clinic.example/send"
        $0.smsTokenFile = "token"
        $0.smsCountries = "+44,+49=2"
    }
    private static let mail: @Sendable (inout NotificationOptions) -> Void = {
        $0.smtpURL = "smtps://mail.clinic.example"
        $0.smtpUser = "foyer"
        $0.smtpPasswordFile = "password"
        $0.mailFrom = "Clinic <desk@clinic.example>"
    }

    private func settings(
        publicURL: String = "https://chat.example.org", _ change: (inout NotificationOptions) -> Void
    ) throws(NotificationProblems) -> NotificationSettings {
        var options = NotificationOptions()
        change(&options)
        return try NotificationSettings(options, publicURL: publicURL) { path throws(SecretText.Wrong) in
            if path == "missing" { throw SecretText.Wrong(description: "'missing' cannot be read.") }
            return Secret("geheim of \(path)")
        }
    }

    private func problems(_ change: (inout NotificationOptions) -> Void) -> [String] {
        do {
            _ = try settings(change)
            return []
        } catch {
            #expect(error.problems.allSatisfy { $0.message.hasSuffix(".") || $0.message.contains("+44") })
            return error.problems.map(\.option)
        }
    }

    @Test func `without options nothing goes out`() throws {
        let settings = try settings { _ in }
        #expect(settings.smsTransport { Provider.now } == nil && settings.mailTransport() == nil)
        #expect(settings.smsGuard == nil)
        let outcome = settings.readCallback(query: "", body: [], field: { _ in nil }, at: Provider.now)
        #expect(outcome == .refused(reason: "No SMS go out from here."))
    }

    @Test func `a Twilio account`() throws {
        let settings = try settings(Self.twilio)
        guard case .twilio(let account) = settings.sms else {
            Issue.record("no Twilio")
            return
        }
        #expect(account.base.text == "https://api.twilio.com/" && account.token.text == "geheim of token")
        #expect(account.callback == "https://chat.example.org/api/v1/notices/sms")
        #expect(settings.smsTransport { Provider.now } is TwilioSMS && settings.smsGuard?.unitsAnHour == 500)
        var dumped = ""
        dump(settings, to: &dumped)
        #expect(!dumped.contains("geheim") && !"\(settings)".contains("geheim"))
        // Twilio reaches no house that is not on the internet.
        let local = try self.settings(publicURL: "http://127.0.0.1:8080", Self.twilio)
        guard case .twilio(let account) = local.sms else { return }
        #expect(account.callback == nil)
    }

    @Test func `a webhook, and what it reports`() throws {
        let settings = try settings {
            Self.webhook(&$0)
            $0.smsUnitsAnHour = 100
            $0.smsUnitsADay = 200
        }
        #expect(settings.smsTransport { Provider.now } is WebhookSMS)
        #expect(settings.smsGuard?.unitsAnHour == 100 && settings.smsGuard?.unitsADay == 200)
        let body = Array(#"{"reference":"r1","state":"delivered"}"#.utf8)
        let header = WebhookSignature.header(
            body, secret: Secret("geheim of token"), secondsSinceEpoch: Provider.now.milliseconds / 1000)
        let outcome = settings.readCallback(
            query: "", body: body, field: { $0 == "Foyer-Signature" ? header : nil }, at: Provider.now)
        #expect(outcome == .report(DeliveryReport(reference: "r1", state: .delivered, reason: "")))
    }

    @Test func `a server for mail`() throws {
        let settings = try settings(Self.mail)
        #expect(settings.mail?.server.port == 465 && settings.mail?.sender.name == "Clinic")
        #expect(settings.mailTransport() is SMTPMail)
    }

    /// Options of which some are wrong: these, and nothing else, are named.
    struct Wrong: Sendable, CustomTestStringConvertible {
        let options: [String]
        let change: @Sendable (inout NotificationOptions) -> Void

        init(_ options: String..., change: @escaping @Sendable (inout NotificationOptions) -> Void) {
            self.options = options
            self.change = change
        }

        var testDescription: String { options.joined(separator: ", ") }
    }

    private static let wrong: [Wrong] = [
        Wrong("sms-provider") {
            $0.smsProvider = "carrier pigeon"
        },
        Wrong("sms-url", "sms-account") {
            $0.smsURL = "https://x.example"
            $0.smsAccount = "AC1"
        },
        Wrong("sms-account", "sms-sender", "sms-token-file", "sms-countries") {
            $0.smsProvider = "twilio"
        },
        Wrong("sms-url", "sms-token-file", "sms-countries") {
            $0.smsProvider = "webhook"
        },
        Wrong("sms-account") {
            Self.twilio(&$0)
            $0.smsAccount = "AC1/../x"
        },
        Wrong("sms-sender") {
            Self.twilio(&$0)
            $0.smsSender = "07700 900123"
        },
        Wrong("sms-sender") {
            Self.twilio(&$0)
            $0.smsSender = "A name that is too long"
        },
        Wrong("sms-token-file") {
            Self.twilio(&$0)
            $0.smsTokenFile = "missing"
        },
        Wrong("sms-countries") {
            Self.twilio(&$0)
            $0.smsCountries = "GB"
        },
        Wrong("sms-units-an-hour") {
            Self.twilio(&$0)
            $0.smsUnitsAnHour = 0
        },
        Wrong("sms-units-a-day") {
            Self.twilio(&$0)
            $0.smsUnitsADay = 10
        },
        Wrong("sms-url") {
            Self.webhook(&$0)
            $0.smsURL = "http://sms.clinic.example/send"
        },
        Wrong("sms-url") {
            Self.webhook(&$0)
            $0.smsURL = "sms.clinic.example"
        },
        Wrong("sms-account", "sms-sender") {
            Self.webhook(&$0)
            $0.smsAccount = "x"
            $0.smsSender = "x"
        },
        Wrong("smtp-user", "mail-from", "smtp-plain") {
            $0.smtpUser = "x"
            $0.mailFrom = "a@b.example"
            $0.smtpPlain = true
        },
        Wrong("smtp-url") {
            Self.mail(&$0)
            $0.smtpURL = "mail.clinic.example"
        },
        Wrong("smtp-url") {
            Self.mail(&$0)
            $0.smtpUser = nil
        },
        Wrong("smtp-password-file") {
            Self.mail(&$0)
            $0.smtpPasswordFile = "missing"
        },
        Wrong("smtp-url") {
            Self.mail(&$0)
            $0.smtpURL = "smtp://mail.clinic.example"
            $0.smtpPlain = true
        },
        Wrong("mail-from") {
            Self.mail(&$0)
            $0.mailFrom = "Clinic"
        },
        Wrong("mail-from") {
            Self.mail(&$0)
            $0.mailFrom = nil
        },
        Wrong("webhook-hosts", "webhook-private-hosts") {
            $0.webhookHosts = ["https://x.example/"]
            $0.webhookPrivateHosts = ["x.example:443"]
        },
    ]

    @Test(arguments: Self.wrong)
    func `what is wrong is said with its option`(wrong: Wrong) {
        #expect(problems(wrong.change) == wrong.options)
    }

    @Test(arguments: ["+447700900123", "MG0123456789abcdef0123456789abcdef", "Clinic", "Clinic 24", "12345A"])
    func `a sender is a number, a service or a name`(sender: String) {
        #expect(
            problems {
                Self.twilio(&$0)
                $0.smsSender = sender
            }.isEmpty)
    }

    @Test func `on this machine HTTP will do`() {
        for host in ["127.0.0.1:9000", "localhost", "[::1]:80"] {
            #expect(
                problems {
                    Self.webhook(&$0)
                    $0.smsURL = "http://\(host)/send"
                }.isEmpty)
        }
    }
}

@Suite struct SecretTextTests {
    private func wrong(_ path: String) -> String? {
        do {
            _ = try SecretText.read(path)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func `a secret is what stands in its file`() throws {
        let folder = try TemporaryFolder()
        for text in ["geheim", "  geheim\n", "geheim\r\n\n"] {
            let path = try folder.write(text, to: "secret")
            chmod(path, 0o600)
            #expect(try SecretText.read(path).text == "geheim")
        }
        let path = try folder.write("two words", to: "secret")
        chmod(path, 0o400)
        #expect(try SecretText.read(path).text == "two words")
    }

    @Test func `a file that others may read, or that holds none, is refused`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("geheim", to: "secret")
        for mode: mode_t in [0o644, 0o640, 0o604, 0o622] {
            chmod(path, mode)
            #expect(wrong(path)?.contains("chmod 600") == true)
        }
        for text in ["", " \n", "a\nb", "gehäim", "a\0b", String(repeating: "x", count: 4097)] {
            let path = try folder.write(text, to: "secret")
            chmod(path, 0o600)
            #expect(wrong(path) != nil)
        }
        #expect(wrong(folder.path)?.contains("not a file") == true)
        #expect(wrong(folder.file("missing"))?.contains("No such file") == true)
        #expect(!"\(Secret("geheim"))".contains("geheim"))
    }
}
