//! Tests of the simulator through its socket.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod accounts;
mod app;
mod authorize;
mod client;
mod credential;
mod customer_desk;
mod desk;
mod device_server;
mod documents;
mod doors;
mod draft_decisions;
mod draft_payments;
mod egress_ip;
mod faults;
mod fields;
mod installation;
mod ips_page;
mod issuer_transactions;
mod issuer_views;
mod money_faults;
mod oauth_client;
mod pay_page;
mod payments;
mod permitted_ips;
mod program;
mod rate_limits;
mod recorded;
mod request_inquiries;
mod sandbox_users;
mod session;
mod session_end;
mod setup;
mod signatures;
mod state_file;
mod switches;
mod token;
