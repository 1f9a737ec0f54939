import Testing

@testable import CaseStore

@Suite struct ContactTests {
    private static let writtenNumbers: [(String, String)] = [
        ("+61412345678", "+61412345678"),
        ("  +61 412 345 678 ", "+61412345678"),
        ("+61-412.345.678", "+61412345678"),
        ("+1 (415) 555-2671", "+14155552671"),
        ("0061 412 345 678", "+61412345678"),
        ("00 49 30 901820", "+4930901820"),
        ("(+61) 412 345 678", "+61412345678"),
        ("+61\u{A0}412\u{A0}345\u{2011}678", "+61412345678"),
        ("\u{202A}+61412345678\u{202C}", "+61412345678"),
        ("+12345678", "+12345678"),
        ("+123456789012345", "+123456789012345"),
    ]

    @Test(arguments: writtenNumbers)
    func `a phone number is understood as people write it`(typed: String, normalised: String) throws {
        #expect(try PhoneNumber(typed).normalised == normalised)
    }

    private static let refusedNumbers: [(String, ContactError)] = [
        ("", ContactError.empty), ("   ", .empty), ("()", .empty),
        ("0412 345 678", .noCountryCode), ("412345678", .noCountryCode), ("+0412345678", .noCountryCode),
        ("000412345678", .noCountryCode),
        ("+44 (0)20 7946 0000", .trunkZero),
        ("+1234567", .digitCount(7)), ("+1234567890123456", .digitCount(16)), ("+", .digitCount(0)),
        ("+61 412 CALL", .notADigit("C")), ("++61412345678", .notADigit("+")), ("+61412345678;1", .notADigit(";")),
        ("+٦١٤١٢٣٤٥٦٧٨", .notADigit("٦")),
        (String(repeating: " ", count: 10_000) + "+61412345678", .digitCount(10_012)),
    ]

    @Test(arguments: refusedNumbers)
    func `another phone number is refused`(typed: String, expected: ContactError) {
        #expect(throws: expected) { try PhoneNumber(typed) }
    }

    @Test func `the refusal says what to type`() {
        #expect(ContactError.noCountryCode.description == "Start with + and the country code, as in +61 4…")
    }

    private static let writtenAddresses: [(String, String)] = [
        ("ann@example.com", "ann@example.com"),
        ("  Ann.Lee@Example.COM\n", "ann.lee@example.com"),
        ("o'brien+clinic@mail.example.co.uk", "o'brien+clinic@mail.example.co.uk"),
        ("a@b.io", "a@b.io"),
        ("x@xn--bcher-kva.example", "x@xn--bcher-kva.example"),
    ]

    @Test(arguments: writtenAddresses)
    func `an e-mail address is compared in lower case and shown as typed`(typed: String, normalised: String) throws {
        let address = try EmailAddress(typed)
        #expect(address.normalised == normalised)
        #expect(address.typed.lowercased() == normalised)
        #expect(address == (try EmailAddress(normalised.uppercased())))
    }

    private static let refusedAddresses: [(String, ContactError)] = [
        ("", ContactError.empty), (" \t", .empty),
        ("ann", .emailForm), ("@example.com", .emailForm), ("ann@", .emailForm), ("ann@@example.com", .emailForm),
        ("a@b@example.com", .emailForm), ("ann@example", .emailForm), ("ann@.com", .emailForm),
        ("ann@example.", .emailForm), ("ann@-example.com", .emailForm), ("ann@example-.com", .emailForm),
        (".ann@example.com", .emailForm), ("ann.@example.com", .emailForm), ("a..n@example.com", .emailForm),
        ("an n@example.com", .emailForm), ("ann@exa mple.com", .emailForm), ("\"ann\"@example.com", .emailForm),
        ("ann@127.0.0.1", .emailForm), ("ann@[127.0.0.1]", .emailForm), ("ann@exam_ple.com", .emailForm),
        ("ann@example.com\r\nBcc: b@example.com", .emailForm), ("ann\0@example.com", .emailForm),
        ("änn@example.com", .emailNotASCII), ("ann@exämple.com", .emailNotASCII), ("ＡＮＮ@example.com", .emailNotASCII),
        (String(repeating: "a", count: 65) + "@example.com", .emailTooLong),
        ("a@" + String(repeating: "abcdefg.", count: 32) + "com", .emailTooLong),
        (String(repeating: "a", count: 100_000), .emailTooLong),
        ("a@" + String(repeating: "b", count: 64) + ".com", .emailForm),
    ]

    @Test(arguments: refusedAddresses)
    func `another e-mail address is refused`(typed: String, expected: ContactError) {
        #expect(throws: expected) { try EmailAddress(typed) }
    }

    @Test func `the longest local part is taken`() throws {
        _ = try EmailAddress(String(repeating: "a", count: 64) + "@example.com")
    }

    // covers: B9
    @Test func `look-up hashes agree for one contact, and differ between contacts, kinds and organisations`() throws {
        let house = try VaultHouse()
        let vault = try house.founded()
        func hash(_ contact: Contact, _ organisation: Int64 = 1) throws -> [UInt8] {
            try vault.lookupHash(of: contact, organisation: organisation)
        }
        let phone = Contact.phone(try PhoneNumber("+61 412 345 678"))
        let email = Contact.email(try EmailAddress("Ann@Example.com"))
        #expect(try hash(phone).count == 32)
        #expect(try hash(phone) == hash(.phone(try PhoneNumber("0061412345678"))))
        #expect(try hash(email) == hash(.email(try EmailAddress("ann@example.COM"))))
        let others = [
            try hash(phone), try hash(email), try hash(.phone(try PhoneNumber("+61412345679"))), try hash(phone, 2),
        ]
        #expect(Set(others).count == 4)
        #expect(vaultError { _ = try hash(phone, 3) } == .unknownKey)
    }

    @Test func `look-up hashes outlast a restart and a change of the master key`() throws {
        let house = try VaultHouse()
        let phone = Contact.phone(try PhoneNumber("+61412345678"))
        let before = try house.founded().lookupHash(of: phone, organisation: 1)
        let vault = try house.open()
        try vault.rotateMasterKey()
        #expect(try vault.lookupHash(of: phone, organisation: 1) == before)
    }
}

@Suite struct NormalisedNameTests {
    private static let agreeing: [((String, String), (String, String))] = [
        (("Ann", "Lee"), ("  ANN ", "lee")),
        (("José", "Muñoz"), ("Jose", "Munoz")),
        (("Jose\u{301}", "Mu\u{F1}oz"), ("Jos\u{E9}", "Mun\u{303}oz")),
        (("Mary Ann", "Smith"), ("Mary", "Ann  Smith")),
        (("Anne-Marie", "Roux"), ("anne marie", "roux")),
        (("Pat", "O’Brien"), ("Pat", "O'Brien")),
        (("Pat", "O´Brien"), ("Pat", "OBrien")),
        (("Jörg", "Groß"), ("Jorg", "GROSS")),
        (("İpek", "Yılmaz"), ("ipek", "yilmaz")),
        (("Νίκος", "Παπάς"), ("ΝΙΚΟΣ", "ΠΑΠΑΣ")),
        (("Ａｎｎ", "Lee"), ("Ann", "Lee")),
        (("Ann\u{200B}", "\u{202A}Lee\u{202C}"), ("Ann", "Lee")),
        (("Ann\u{A0}Joy", "Lee"), ("Ann\u{2003}\t Joy", "Lee")),
        (("Ｓｏﬁa", "Ek"), ("sofia", "ek")),
    ]

    @Test(arguments: agreeing)
    func `two spellings of one name agree`(one: (String, String), other: (String, String)) throws {
        let names = try [one, other].map { try NormalisedName(first: $0.0, last: $0.1) }
        #expect(Array(names[0].text.utf8) == Array(names[1].text.utf8))
    }

    private static let differing: [((String, String), (String, String))] = [
        (("Ann", "Lee"), ("Anna", "Lee")),
        (("Ann", "Lee"), ("Lee", "Ann")),
        (("Ann", "Lee"), ("Annlee", "X")),
        (("सुरेश", "कुमार"), ("सरश", "कमर")),
        (("はば", "た"), ("ばは", "た")),
        (("ガ", "ン"), ("カ", "ン")),
    ]

    @Test(arguments: differing)
    func `two names differ`(one: (String, String), other: (String, String)) throws {
        let names = try [one, other].map { try NormalisedName(first: $0.0, last: $0.1) }
        #expect(names[0] != names[1])
    }

    @Test(arguments: [("", "Lee"), ("Ann", "  "), ("'", "Lee"), ("Ann", "\u{200B}"), ("-", "Lee")])
    func `a name without letters is refused`(first: String, last: String) {
        #expect(throws: ContactError.empty) { try NormalisedName(first: first, last: last) }
    }

    @Test func `a page instead of a name is refused`() {
        let page = String(repeating: "a", count: 401)
        #expect(throws: ContactError.nameTooLong) { try NormalisedName(first: page, last: "Lee") }
    }
}
