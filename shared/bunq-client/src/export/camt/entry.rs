//! One entry of a statement.

use std::io;

use jiff::civil::Date;

use super::super::error::ExportError;
use super::account::identification;
use super::amount::Amount;
use super::xml::{self, MAX_35, MAX_140, Xml, fitting, group, text, text_if};
use crate::transaction::Transaction;

/// A transaction as `Ntry`, with what a statement needs of it for its balances. It has no `Debug`, so that it reaches
/// no log.
#[derive(Clone)]
pub struct Entry {
    xml: String,
    /// `None` if the transaction is left out.
    pub(super) amount: Option<Amount>,
    pub(super) balance_after: Option<Amount>,
    pub(super) booked_on: Option<Date>,
}

impl Entry {
    /// Renders a transaction.
    ///
    /// An entry of the standard has an amount of at most 18 digits with 5 places, and a currency of three capital
    /// letters. A transaction without one is left out of the statement, which counts it in `AddtlStmtInf`.
    ///
    /// # Errors
    ///
    /// Returns [`ExportError::Write`] if the text cannot be written.
    pub fn render(transaction: &Transaction) -> Result<Self, ExportError> {
        let amount = transaction.amount.as_ref().and_then(Amount::read);
        let mut xml = Xml::new(Vec::new());
        if let Some(amount) = &amount {
            write(&mut xml, transaction, amount)?;
        }
        Ok(Self {
            xml: xml::finished(xml)?,
            amount,
            balance_after: transaction.balance_after.as_ref().and_then(Amount::read),
            booked_on: transaction.booking_date,
        })
    }

    /// The size of its text in a statement, in bytes. Zero if it is left out.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.xml.len()
    }

    /// Its text in a statement. Empty if it is left out.
    #[must_use]
    pub fn xml(&self) -> &str {
        &self.xml
    }

    /// Whether the statement leaves the transaction out.
    #[must_use]
    pub fn is_left_out(&self) -> bool {
        self.amount.is_none()
    }
}

fn write(xml: &mut Xml, made: &Transaction, amount: &Amount) -> io::Result<()> {
    group(xml, "Ntry", |xml| {
        text_if(xml, "NtryRef", Some(&made.id), MAX_35)?;
        amount.write(xml)?;
        group(xml, "Sts", |xml| text(xml, "Cd", "BOOK"))?;
        if let Some(day) = made.booking_date {
            // bunq's balance changes at the moment of booking, so interest is calculated from the same day.
            for name in ["BookgDt", "ValDt"] {
                group(xml, name, |xml| text(xml, "Dt", &day.to_string()))?;
            }
        }
        text(xml, "AcctSvcrRef", &made.payment_id.to_string())?;
        group(xml, "BkTxCd", |xml| bank_transaction_code(xml, made))?;
        group(xml, "NtryDtls", |xml| {
            group(xml, "TxDtls", |xml| {
                references(xml, made)?;
                amount.write(xml)?;
                counterparty(xml, made, amount)?;
                remittance(xml, made)
            })
        })
    })
}

fn bank_transaction_code(xml: &mut Xml, made: &Transaction) -> io::Result<()> {
    let mut parts = made.bank_transaction_code.split('-');
    if let (Some(domain), Some(family), Some(sub_family)) = (parts.next(), parts.next(), parts.next()) {
        group(xml, "Domn", |xml| {
            text(xml, "Cd", domain)?;
            group(xml, "Fmly", |xml| {
                text(xml, "Cd", family)?;
                text(xml, "SubFmlyCd", sub_family)
            })
        })?;
    }
    let words: Vec<&str> = [&made.bank_type, &made.bank_sub_type].into_iter().filter_map(Option::as_deref).collect();
    match fitting(&words.join("/"), MAX_35) {
        Some(code) => group(xml, "Prtry", |xml| {
            text(xml, "Cd", &code)?;
            text(xml, "Issr", "bunq")
        }),
        None => Ok(()),
    }
}

fn references(xml: &mut Xml, made: &Transaction) -> io::Result<()> {
    let of = |reference: &Option<String>| reference.as_deref().and_then(|reference| fitting(reference, MAX_35));
    let (end_to_end, mandate, merchant) = (of(&made.end_to_end_id), of(&made.mandate_id), of(&made.reference));
    if end_to_end.is_none() && mandate.is_none() && merchant.is_none() {
        return Ok(());
    }
    group(xml, "Refs", |xml| {
        text_if(xml, "EndToEndId", end_to_end.as_deref(), MAX_35)?;
        text_if(xml, "MndtId", mandate.as_deref(), MAX_35)?;
        match merchant {
            Some(reference) => group(xml, "Prtry", |xml| {
                text(xml, "Tp", "merchant_reference")?;
                text(xml, "Ref", &reference)
            }),
            None => Ok(()),
        }
    })
}

/// Writes the other side only: the statement itself has the account and its holder.
fn counterparty(xml: &mut Xml, made: &Transaction, amount: &Amount) -> io::Result<()> {
    let (party, account) = if amount.is_credit() { ("Dbtr", "DbtrAcct") } else { ("Cdtr", "CdtrAcct") };
    let name = made.counterparty.name.as_deref().and_then(|name| fitting(name, MAX_140));
    let iban = made.counterparty.iban.as_deref().and_then(|iban| fitting(iban, MAX_35));
    if name.is_none() && iban.is_none() {
        return Ok(());
    }
    group(xml, "RltdPties", |xml| {
        if let Some(name) = name {
            group(xml, party, |xml| group(xml, "Pty", |xml| text(xml, "Nm", &name)))?;
        }
        if let Some(iban) = iban {
            group(xml, account, |xml| identification(xml, Some(&iban), &iban))?;
        }
        Ok(())
    })
}

fn remittance(xml: &mut Xml, made: &Transaction) -> io::Result<()> {
    let parts = made.remittance.as_deref().map(xml::parts).unwrap_or_default();
    if parts.is_empty() {
        return Ok(());
    }
    group(xml, "RmtInf", |xml| parts.iter().try_for_each(|part| text(xml, "Ustrd", part)))
}
