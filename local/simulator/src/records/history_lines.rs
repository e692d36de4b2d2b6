//! The recurring payments of the customers, one line for each.

use crate::records::payment::{PaymentKind, SubKind};

/// One recurring payment.
pub(super) struct Line {
    pub(super) who: &'static str,
    pub(super) account: Where,
    /// The description, with the placeholders `{month}` and `{number}`.
    pub(super) words: &'static str,
    pub(super) least_cents: i64,
    pub(super) most_cents: i64,
    pub(super) kind: PaymentKind,
    pub(super) sub_kind: SubKind,
    pub(super) category: Option<&'static str>,
    pub(super) reference: Option<&'static str>,
}

/// The account of the other side.
pub(super) enum Where {
    /// A shop that is paid by card or iDEAL shows no account.
    Hidden,
    Dutch(&'static str, u64),
    Abroad(&'static str),
}

const fn line(
    kind: PaymentKind,
    sub_kind: SubKind,
    who: &'static str,
    account: Where,
    words: &'static str,
    cents: [i64; 2],
) -> Line {
    let [least_cents, most_cents] = cents;
    Line { who, account, words, least_cents, most_cents, kind, sub_kind, category: None, reference: None }
}

/// A purchase by card, from `least` to `most` cents.
const fn card(who: &'static str, category: &'static str, words: &'static str, least: i64, most: i64) -> Line {
    let mut card = line(PaymentKind::Fis, SubKind::Payment, who, Where::Hidden, words, [-most, -least]);
    card.category = Some(category);
    card
}

const fn ideal(who: &'static str, words: &'static str, reference: &'static str, least: i64, most: i64) -> Line {
    let mut ideal = line(PaymentKind::Ideal, SubKind::Payment, who, Where::Hidden, words, [-most, -least]);
    ideal.reference = Some(reference);
    ideal
}

const fn debit(who: &'static str, account: Where, words: &'static str, least: i64, most: i64) -> Line {
    line(PaymentKind::EbaSdd, SubKind::Sdd, who, account, words, [-most, -least])
}

const fn transfer(who: &'static str, account: Where, words: &'static str, cents: [i64; 2]) -> Line {
    line(PaymentKind::EbaSct, SubKind::Sct, who, account, words, cents)
}

const fn bunq(sub_kind: SubKind, who: &'static str, account: u64, words: &'static str, cents: [i64; 2]) -> Line {
    line(PaymentKind::Bunq, sub_kind, who, Where::Dutch("BUNQ", account), words, cents)
}

pub(super) static HOUSEHOLD: &[Line] = &[
    card("Albert Heijn 1521", "5411", "Albert Heijn 1521 AMSTERDAM, NL", 390, 8_460),
    transfer("Gemeente Amsterdam", Where::Dutch("BNGH", 285_005_120), "Salaris {month}", [248_350, 251_900]),
    debit(
        "Woonstichting De Linde",
        Where::Dutch("ABNA", 441_208_655),
        "Huur {month} / ref. 20{number}",
        78_240,
        79_850,
    ),
    ideal("Bol.com", "Bestelling {number} bol.com", "bol-{number}", 899, 6_495),
    card("NS Groep", "4111", "NS Amsterdam Centraal", 240, 3_120),
    bunq(SubKind::Payment, "Bram Visser", 2_038_551_274, "Etentje vrijdag 🍝", [-4_250, -1_120]),
    card("Jumbo Oud-West", "5411", "JUMBO KINKERSTRAAT>AMSTERDAM", 275, 5_810),
    bunq(SubKind::Request, "Noor Jansen", 2_041_096_633, "Boodschappen & cadeau Eva", [650, 4_400]),
    debit("Vattenfall Klantenservice N.V.", Where::Dutch("INGB", 671_234_009), "Termijnbedrag {month}", 11_400, 13_900),
    line(
        PaymentKind::Fis,
        SubKind::Withdrawal,
        "Geldmaat Kinkerstraat 12",
        Where::Hidden,
        "Geldopname Geldmaat",
        [-8_000, -2_000],
    ),
    line(
        PaymentKind::EbaSdd,
        SubKind::Reversal,
        "Sportschool De Haven",
        Where::Dutch("RABO", 118_220_471),
        "Terugboeking incasso {month}",
        [2_495, 2_995],
    ),
    card("Albert Heijn to go 5873", "5411", "", 195, 1_240),
    line(
        PaymentKind::EbaSct,
        SubKind::Nlo,
        "Belastingdienst",
        Where::Dutch("INGB", 2_445_588),
        "Voorlopige teruggaaf {month} {number}L01",
        [4_100, 9_600],
    ),
    bunq(SubKind::Billing, "bunq", 2_025_000_015, "Abonnement {month}", [-999, -399]),
    line(
        PaymentKind::Swift,
        SubKind::Payment,
        "Highland Wool Ltd",
        Where::Abroad("GB29NWBK60161331926819"),
        "Invoice {number} <wool> \"blue\"",
        [-7_900, -2_100],
    ),
    line(PaymentKind::Fis, SubKind::Reversal, "Zalando SE", Where::Hidden, "Retour {number}", [1_990, 7_995]),
    ideal("Thuisbezorgd.nl", "Thuisbezorgd.nl bestelling {number}", "TB{number}", 1_450, 4_320),
    transfer("Tikkie", Where::Dutch("ABNA", 813_448_816), "Tikkie ID 00{number}, Fietsenmaker", [-3_450, -550]),
    debit("Ziggo Services B.V.", Where::Dutch("INGB", 5_280_741), "Klant 8412{number} factuur {month}", 5_250, 6_395),
    card("Café De Jaren", "5812", "Café De Jaren – koffie & taart", 620, 3_890),
];

pub(super) static FIXED_COSTS: &[Line] = &[
    bunq(SubKind::Payment, "Sanne de Vries", 2_091_447_310, "Vaste lasten {month}", [62_000, 68_000]),
    debit("VGZ Zorgverzekeraar N.V.", Where::Dutch("INGB", 3_210_456), "Premie zorg {month}", 14_395, 15_860),
    debit("Waternet", Where::Dutch("ABNA", 550_119_822), "Drinkwater en belasting {month}", 2_150, 3_400),
    debit("Odido Netherlands B.V.", Where::Dutch("INGB", 8_819_067), "Factuur {number}", 1_650, 2_900),
    debit("ANWB B.V.", Where::Dutch("INGB", 1_113_335), "Wegenwacht, lidnummer 71{number}", 890, 1_340),
    bunq(SubKind::Billing, "bunq", 2_025_000_015, "Abonnement {month}", [-999, -399]),
    debit("Gemeente Amsterdam Belastingen", Where::Dutch("BNGH", 285_005_988), "Aanslag {number}", 4_100, 5_250),
];

pub(super) static SAVINGS: &[Line] = &[
    bunq(SubKind::Payment, "Huishouden", 2_091_447_310, "Sparen {month}", [5_000, 25_000]),
    bunq(SubKind::Payment, "Huishouden", 2_091_447_310, "Afronding {number}", [12, 998]),
    bunq(SubKind::Payment, "Huishouden", 2_091_447_310, "Terug naar huishouden", [-12_000, -4_000]),
];

pub(super) static CARD: &[Line] = &[
    card("SNCF Voyageurs", "4112", "SNCF PARIS NORD FR", 1_900, 8_700),
    card("Lidl Strandweg", "5411", "LIDL ZOUTELANDE", 620, 4_410),
    card("Camping De Zeehoek", "7033", "Camping De Zeehoek, plaats 41", 3_400, 12_800),
    line(PaymentKind::Fis, SubKind::Reversal, "Hotel Lisboa", Where::Hidden, "Refund deposit", [5_000, 10_000]),
];

pub(super) static BUSINESS: &[Line] = &[
    transfer("CCV Group B.V.", Where::Dutch("RABO", 312_904_417), "Pinomzet afrekening {number}", [48_500, 192_400]),
    transfer("Meelfabriek De Molen", Where::Dutch("RABO", 166_071_233), "Factuur MM-{number}", [-88_900, -34_200]),
    transfer("Restaurant Het Anker", Where::Dutch("TRIO", 198_422_310), "Fact. 2{number} brood", [12_500, 48_000]),
    debit("Eneco Zakelijk", Where::Dutch("ABNA", 430_221_187), "Termijn {month}", 41_000, 56_500),
    transfer("J. van Dijk", Where::Dutch("RABO", 317_284_651), "Loon {month}", [-265_000, -240_000]),
    transfer("CCV Group B.V.", Where::Dutch("RABO", 312_904_417), "Pinomzet afrekening {number}", [52_100, 188_000]),
    transfer("Belastingdienst", Where::Dutch("INGB", 2_445_588), "Omzetbelasting {number}B01", [-310_000, -120_000]),
    ideal("Makro Utrecht", "Bestelling {number}", "MK-{number}", 7_900, 31_000),
    bunq(SubKind::Billing, "bunq", 2_025_000_015, "bunq zakelijk {month}", [-2_399, -1_399]),
    transfer("Stichting Buurthuis Lombok", Where::Dutch("TRIO", 254_401_186), "Taarten {month}", [8_800, 27_500]),
];

/// Payments with values that a client may not expect.
pub(super) static STRANGE: &[Line] = &[
    line(PaymentKind::Interest, SubKind::Payment, "bunq", Where::Dutch("BUNQ", 2_025_000_015), "", [3, 212]),
    transfer(
        "Ünïcødé \u{202e}GmbH",
        Where::Abroad("DE89370400440532013000"),
        "'); DROP TABLE payments;--",
        [-900, -100],
    ),
    transfer("UWV", Where::Dutch("INGB", 671_990_012), "Uitkering {month}", [31_000, 42_000]),
    card("Dirk van den Broek", "5411", "Dirk", 700, 4_900),
];
