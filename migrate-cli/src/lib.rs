#![allow(dead_code)]
mod arguments;
mod exit;
mod failure;
mod output;
