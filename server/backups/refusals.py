"""Why an installation is not backed up or restored like this."""

from __future__ import annotations

from events.errors import Conflict, Invalid


class BackupExists(Conflict):
    code = "backup_exists"
    zh, en = "{path} 已存在。", "{path} is there already."
    fix_zh, fix_en = "请换一个文件名。", "Choose another name."


class BackupUnreadable(Invalid):
    code = "backup_unreadable"
    zh, en = "{path} 不是本系统的备份，或无法读取。", "{path} is no backup of this program, or cannot be read."
    fix_zh, fix_en = "请检查路径与文件权限。", "Check the path and the file's permissions."


class BackupDamaged(Invalid):
    code = "backup_damaged"
    zh, en = "备份已损坏或不完整：{what}。", "The backup is damaged or incomplete: {what}."
    fix_zh, fix_en = "未做任何更改，请使用另一份备份。", "Nothing was changed. Use another backup."


class BackupLocked(Invalid):
    code = "backup_key_missing"
    zh, en = "备份已加密，未提供密钥。", "The backup is encrypted and no key was given."
    fix_zh, fix_en = "请设置 ROADSHOW_BACKUP_KEY 或使用 --key-file。", "Set ROADSHOW_BACKUP_KEY or give --key-file."


class BackupKeyWrong(Invalid):
    code = "backup_key_wrong"
    zh, en = "密钥不正确，或备份开头已损坏。", "The key is not the right one, or the backup's beginning is damaged."
    fix_zh, fix_en = "请使用制作备份时的密钥。", "Use the key the backup was made with."


class BackupKeyShort(Invalid):
    code = "backup_key_short"
    zh, en = "密钥至少需要 {least} 个字符。", "A key has at least {least} characters."
    fix_zh, fix_en = "例如：openssl rand -base64 32", "For example: openssl rand -base64 32"


class BackupTooNew(Invalid):
    code = "backup_too_new"
    zh, en = "备份来自更新的版本（{what}）。", "The backup was made by a newer version ({what})."
    fix_zh, fix_en = "请先升级本程序。", "Upgrade this program first."


class BackupOfOtherDatabase(Invalid):
    code = "backup_of_other_database"
    zh, en = (
        "备份来自 {kind}，当前配置的是另一种数据库。",
        "The backup is of {kind}; this installation is set up for another.",
    )
    fix_zh, fix_en = "请将 ROADSHOW_DATABASE_URL 设为 {kind}。", "Set ROADSHOW_DATABASE_URL to {kind}."


class TargetInUse(Conflict):
    code = "restore_target_in_use"
    zh, en = "另有 {count} 个连接正在使用该数据库。", "{count} other connections use this database."
    fix_zh, fix_en = "请先停止服务与后台任务。", "Stop the servers and the worker first."


class TargetNotEmpty(Conflict):
    code = "restore_target_not_empty"
    zh, en = (
        "目标中已有数据（{what}），未做任何更改。",
        "There is data in the target already ({what}); nothing was changed.",
    )
    fix_zh = "请恢复到空的目标；或先备份现有数据，再加上 --replace。"
    fix_en = "Restore into an empty one, or back up what is there and add --replace."


class DatabaseUnmigrated(Conflict):
    code = "database_unmigrated"
    zh, en = "数据库还没有建立。", "There is no migrated database to back up."
    fix_zh, fix_en = "请检查 ROADSHOW_DATABASE_URL。", "Check ROADSHOW_DATABASE_URL."


class NoRoom(Conflict):
    code = "no_room_for_backup"
    zh, en = "{path} 空间不足，还需要 {mib} MiB。", "There is no room in {path}; {mib} MiB are needed."
    fix_zh, fix_en = "请腾出空间或换一个位置。", "Free some, or choose another place."
