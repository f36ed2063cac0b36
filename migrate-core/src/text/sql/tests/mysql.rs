use crate::text::Dialect::{Mariadb, Mysql};

use super::{refuses, splits};

#[test]
fn lexer() {
    let cases: &[super::Case<'_>] = &[
        (
            "41: quotes",
            "select 'it\\'s; x', \"a;\\\"b\", `c;``\\`; select 2",
            &["select 'it\\'s; x', \"a;\\\"b\", `c;``\\`", "select 2"],
        ),
        ("42: hash comment", "# it's;\nselect 1", &["select 1"]),
        (
            "43: arithmetic and comment",
            "select 5--1; select 5 --\t1; x\n+ 2",
            &["select 5--1", "select 5 --\t1; x\n+ 2"],
        ),
        (
            "44: comments do not nest",
            "/* a /* b */ ; select 1",
            &["select 1"],
        ),
        (
            "45: executable",
            "/*!50003 select 1; select ';*/' */; /*M!100100 select 2 */;",
            &[
                "/*!50003 select 1; select ';*/' */",
                "/*M!100100 select 2 */",
            ],
        ),
        (
            "45: comment in it",
            "/*!50003 select /* a */ 1 */; select 2",
            &["/*!50003 select /* a */ 1 */", "select 2"],
        ),
        (
            "45: sandbox line",
            "/*M!999999\\- enable the sandbox mode */ \nselect 1;",
            &["select 1"],
        ),
        (
            "52: names",
            "select delimiter, 1 as go, `case` from t; select 2",
            &["select delimiter, 1 as go, `case` from t", "select 2"],
        ),
        (
            "55: introducers",
            "select _utf8mb4'x;y', N'a;b'; select 2",
            &["select _utf8mb4'x;y', N'a;b'", "select 2"],
        ),
        (
            "56: dump header",
            "/*!40101 SET NAMES utf8 */;",
            &["/*!40101 SET NAMES utf8 */"],
        ),
        (
            "NULL in old spelling",
            "insert into t values (\\N); select 1",
            &["insert into t values (\\N)", "select 1"],
        ),
    ];
    splits(Mysql, cases);
    splits(Mariadb, cases);
}

#[test]
fn delimiter() {
    splits(
        Mysql,
        &[
            (
                "46: mysqldump trigger",
                "DELIMITER ;;\n/*!50003 CREATE*/ /*!50017 DEFINER=`r`@`l`*/ /*!50003 TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET @a = 1; END */;;\nDELIMITER ;\nselect 1;",
                &[
                    "/*!50003 CREATE*/ /*!50017 DEFINER=`r`@`l`*/ /*!50003 TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET @a = 1; END */",
                    "select 1",
                ],
            ),
            (
                "50: dollars",
                "delimiter $$\ncreate procedure p() begin select 1; end$$\ndelimiter ;\nselect 2;",
                &["create procedure p() begin select 1; end", "select 2"],
            ),
            (
                "50: quoted",
                "DELIMITER '//'\nselect 1; select 2 //\nselect 3//",
                &["select 1; select 2", "select 3"],
            ),
            (
                "50: hash",
                "-- a\nDELIMITER #\nselect 1# select 2 #",
                &["select 1", "select 2"],
            ),
            (
                "50: bar",
                "DELIMITER |\nselect 1| select 2; |",
                &["select 1", "select 2"],
            ),
            (
                "50: word",
                "DELIMITER go\nselect a as gone, ergo, x.go_ from t\ngo\nselect 2\ngo",
                &["select a as gone, ergo, x.go_ from t", "select 2"],
            ),
            (
                "51: in a comment",
                "/*\nDELIMITER //\n*/ select 1; select 2;",
                &["select 1", "select 2"],
            ),
        ],
    );
}

#[test]
fn programs() {
    for body in [
        "create procedure p() select 1",
        "create procedure p(a int) begin end",
        "create procedure if not exists p() begin declare x int default 0; select 1; end",
        "create or replace definer = `a`@`b` procedure p() begin if x then select 1; else select 2; end if; end",
        "create definer=root@localhost function f() returns int deterministic return if(1, 2, 3)",
        "create definer=current_user() function f() returns set('a','b') begin return repeat('a', 3); end",
        "create function f(a int) returns int begin case a when 1 then return 1; else begin end; end case; end",
        "create function f(a int) returns char(3) character set utf8 return case a when 1 then 'a' end",
        "create trigger t before insert on a for each row set new.x = case when new.end then 1 else 2 end",
        // 48
        "create trigger t before insert on a for each row if new.x then set new.x = 1; set new.y = 2; end if",
        "create trigger if not exists t after update on a for each row follows u begin update b set end = 1; end",
        // 49
        "create procedure p() begin l: loop leave l; end loop l; while a do set a = b; end while; repeat set a = 1; until if(a, b, c) end repeat; select repeat('a', 3), if(1, 2, 3); end",
        "create procedure p() begin select case when 1 then case 2 when 3 then 4 end end; select 1; end",
        "create procedure p() l1: begin declare exit handler for not found begin rollback; end; select 1; end l1",
        "create procedure p() begin declare continue handler for sqlstate '23000' set a = if(1, 2, 3); declare c cursor for select 1; end",
        "create procedure p() begin create table if not exists t (a int); drop table if exists t; if not exists (select 1) then select 2; end if; end",
        "create procedure p() begin if a then begin if b then select 1; elseif c then select 2; end if; end; end if; end",
        "create event e on schedule every 1 day starts current_timestamp do begin select 1; select 2; end",
        "create event if not exists e on schedule every 1 day do delete from t",
        "alter definer = a@b event e do begin select 1; end",
        "create function f returns string soname 'x.so'",
        // 53
        "begin not atomic select 1; if a then select 2; end if; end",
        "if a then select 1; end if",
        "for i in 1..3 do select i; select 2; end for",
    ] {
        let text = format!("{body};\nselect 'after';");
        splits(Mysql, &[(body, &text, &[body, "select 'after'"])]);
        splits(Mariadb, &[(body, body, &[body])]);
    }
}

#[test]
fn no_programs() {
    splits(
        Mysql,
        &[
            (
                "transaction",
                "begin; select 1; commit;",
                &["begin", "select 1", "commit"],
            ),
            (
                "begin work",
                "begin work; select 1; commit;",
                &["begin work", "select 1", "commit"],
            ),
            (
                "table",
                "create table trigger_begin (a int); create view v as select if(1,2,3); select 1",
                &[
                    "create table trigger_begin (a int)",
                    "create view v as select if(1,2,3)",
                    "select 1",
                ],
            ),
            (
                "CASE",
                "select case a when 1 then 2 end; select 1",
                &["select case a when 1 then 2 end", "select 1"],
            ),
        ],
    );
}

#[test]
fn errors() {
    refuses(
        Mysql,
        &[
            (
                "54: G",
                "select 1\\G\nselect 2;",
                ("\\G", 8),
                "end the statement with `;`",
            ),
            (
                "54: g",
                "select 1 \\g select 2;",
                ("\\g", 9),
                "end the statement with `;`",
            ),
            (
                "string",
                "select 'a\\'; select 2",
                ("'", 7),
                "string is not closed",
            ),
            (
                "double quotes",
                "select \"a; select 2",
                ("\"", 7),
                "string is not closed",
            ),
            (
                "comment",
                "select 1 /* a",
                ("/*", 9),
                "comment is not closed",
            ),
            (
                "executable",
                "/*!50003 select 1; select 2;",
                ("/*!", 0),
                "not closed",
            ),
            (
                "block",
                "create procedure p() begin select 1;",
                ("begin", 21),
                "close it with `END;`",
            ),
            (
                "if",
                "create procedure p() if a then select 1;",
                ("if", 21),
                "close it with `END IF;`",
            ),
            (
                "delimiter",
                "DELIMITER\nselect 1;",
                ("DELIMITER", 0),
                "names no delimiter",
            ),
            (
                "backslash",
                "DELIMITER \\\\\nselect 1;",
                ("DELIMITER \\\\", 0),
                "backslash",
            ),
            ("NUL", "select 1;\0", ("\0", 9), "NUL"),
        ],
    );
}

/// Bodies that are one statement, and words that look like the beginning of one. MariaDB 10.11 takes each as a whole.
#[test]
fn bodies_without_begin() {
    let programs = [
        "create trigger t before insert on x for each row for i in 1..3 do set @a = i; end for",
        "create procedure p() for i in 1..3 do set @a = i; set @b = i; end for",
        "create procedure p() if 1 then select 1; end if",
        "create procedure p() repeat set @a = 1; until 1 end repeat",
        "create function f() returns int return repeat(1, 2)",
        "create procedure begin() select 1",
        "create procedure p() begin declare exit handler for 1062, not found for i in 1..3 do set @a = 1; end for; select 2; end",
        "create procedure p() begin declare handler int default if(1, 2, 3); select 1; end",
        "create procedure p() begin declare begin int; set begin = 1; end",
        "create procedure p() begin if if(1, 2, 3) then select 1; end if; end",
        "create procedure p() begin case case when 1 then 2 end when 2 then select 1; end case; end",
        "create definer=root@db.example.org procedure p() begin select 1; end",
        "create definer=root@127.0.0.1 procedure p() begin select 1; end",
    ];
    for program in programs {
        let text = format!("{program}; select 2");
        splits(Mariadb, &[(program, &text, &[program, "select 2"])]);
    }
}

/// A server skips what is for a version that it does not have; no server has this one.
#[test]
fn comment_for_no_version() {
    splits(
        Mysql,
        &[
            (
                "quote",
                "/*!999999 it's; */ select 1; select 2",
                &["select 1", "select 2"],
            ),
            (
                "sandbox",
                "/*M!999999\\- enable the sandbox mode */\nselect 1;",
                &["select 1"],
            ),
            ("alone", "/*!999999 a; */;", &[]),
        ],
    );
}
