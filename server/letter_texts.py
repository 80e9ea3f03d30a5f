"""What every letter says: subject and body, by template and language; names in braces are filled in."""

# ruff: noqa: E501  (a line of text is a line of text)

from __future__ import annotations

TEXTS: dict[str, dict[str, tuple[str, str]]] = {
    "registration.received": {
        "zh-CN": ("已收到报名：{title}", "我们收到了您对“{title}”（{when}）的报名，主办方审核后会再通知您。"),
        "en": (
            "Registration received: {title}",
            "We received your registration for “{title}” ({when}). "
            "The organizer will look at it and you will hear from us.",
        ),
    },
    "registration.confirmed": {
        "zh-CN": (
            "报名成功：{title}",
            "您已报名“{title}”，时间 {when}。\n\n签到码：{ticket_code}\n入场时请出示门票二维码。\n\n{link}",
        ),
        "en": (
            "You are registered: {title}",
            "You are registered for “{title}”, {when}.\n\n"
            "Check-in code: {ticket_code}\nShow the QR code of your ticket at the entrance.\n\n{link}",
        ),
    },
    "registration.waitlisted": {
        "zh-CN": (
            "已进入候补：{title}",
            "“{title}”（{when}）名额已满，您已进入候补名单；有空位时按先后顺序自动转正并通知您。",
        ),
        "en": (
            "On the waitlist: {title}",
            "“{title}” ({when}) is full. You are on the waitlist; when a seat becomes "
            "free, the first in line gets it and is told at once.",
        ),
    },
    "registration.promoted": {
        "zh-CN": (
            "候补转正：{title}",
            "有空位了，您已成功报名“{title}”，时间 {when}。\n\n签到码：{ticket_code}\n\n{link}",
        ),
        "en": (
            "You have a seat: {title}",
            "A seat became free: you are registered for “{title}”, {when}.\n\nCheck-in code: {ticket_code}\n\n{link}",
        ),
    },
    "registration.rejected": {
        "zh-CN": ("报名未通过：{title}", "很遗憾，您对“{title}”（{when}）的报名未通过。\n{because}"),
        "en": (
            "Registration not accepted: {title}",
            "Your registration for “{title}” ({when}) was not accepted.\n{because}",
        ),
    },
    "booking.confirmed": {
        "zh-CN": ("时段已预约：{title}", "项目“{project_name}”已预约“{title}”的路演时段：{when}。\n\n{link}"),
        "en": ("Slot booked: {title}", "“{project_name}” has a slot at “{title}”: {when}.\n\n{link}"),
    },
    "slot.carried": {
        "zh-CN": (
            "上台时间调整：{title}",
            "“{title}”前面的环节超时，项目“{project_name}”的上台时间预计改为 {when}。\n请以直播间显示的时间为准。\n\n{link}",
        ),
        "en": (
            "Your turn has moved: {title}",
            "“{title}” is running late: “{project_name}” is now expected on stage at {when}.\n"
            "The live room shows the latest time.\n\n{link}",
        ),
    },
    "booking.moved": {
        "zh-CN": ("时段已改期：{title}", "项目“{project_name}”在“{title}”的时段改为 {when}。\n\n{link}"),
        "en": ("Slot moved: {title}", "The slot of “{project_name}” at “{title}” is now {when}.\n\n{link}"),
    },
    "booking.cancelled": {
        "zh-CN": ("预约已取消：{title}", "项目“{project_name}”在“{title}”（{when}）的预约已取消。"),
        "en": ("Booking cancelled: {title}", "The booking of “{project_name}” at “{title}” ({when}) is cancelled."),
    },
    "roadshow.moved": {
        "zh-CN": ("路演时间或地点有变：{title}", "“{title}”的时间或地点有变，最新时间：{when}。请查看详情。\n\n{link}"),
        "en": (
            "Time or place changed: {title}",
            "The time or place of “{title}” has changed. It is now {when}.\n\n{link}",
        ),
    },
    "roadshow.cancelled": {
        "zh-CN": ("路演已取消：{title}", "“{title}”（{when}）已取消。\n{because}"),
        "en": ("Roadshow cancelled: {title}", "“{title}” ({when}) is cancelled.\n{because}"),
    },
    "intent.left": {
        "zh-CN": (
            "收到新意向：{project_name}",
            "{institution_name} 对项目“{project_name}”留下了意向：{intent}{amount}。\n请登录后回应。\n\n{base}/desk",
        ),
        "en": (
            "A new intent: {project_name}",
            "{institution_name} left an intent on “{project_name}”: {intent}{amount}.\n"
            "Sign in to answer it.\n\n{base}/desk",
        ),
    },
    "intent.answered": {
        "zh-CN": (
            "意向有回应：{project_name}",
            "项目“{project_name}”对贵机构的意向（{intent}{amount}）的回应：{answer}。\n{because}\n\n{base}/desk",
        ),
        "en": (
            "Your intent was answered: {project_name}",
            "“{project_name}” answered your intent ({intent}{amount}): {answer}.\n{because}\n\n{base}/desk",
        ),
    },
    "question.answered": {
        "zh-CN": (
            "您的提问有了书面回答：{title}",
            "您在“{title}”的提问：\n{question}\n\n{owner_name} 的回答：\n{answer}\n\n{link}",
        ),
        "en": (
            "Your question was answered: {title}",
            "Your question at “{title}”:\n{question}\n\n{owner_name} answers:\n{answer}\n\n{link}",
        ),
    },
    "promise.soon": {
        "zh-CN": (
            "会后补答即将到期：{title}",
            "“{title}”上承诺补答的提问将于 {when} 到期：\n{question}\n\n请登录后填写书面回答。\n\n{base}/desk",
        ),
        "en": (
            "A promised answer is due soon: {title}",
            "An answer promised at “{title}” is due {when}:\n{question}\n\nSign in and write it.\n\n{base}/desk",
        ),
    },
    "promise.late": {
        "zh-CN": (
            "会后补答已逾期：{title}",
            "“{title}”上承诺补答的提问已于 {when} 到期，仍未回答：\n{question}\n\n请尽快登录填写。\n\n{base}/desk",
        ),
        "en": (
            "A promised answer is overdue: {title}",
            "An answer promised at “{title}” was due {when} and is still missing:\n{question}\n\n"
            "Please sign in and write it.\n\n{base}/desk",
        ),
    },
    "membership_requested": {
        "zh-CN": ("{person} 申请加入 {body}", "{person} 申请加入 {body}。请登录后通过或拒绝。\n\n{base}/desk"),
        "en": (
            "{person} asks to join {body}",
            "{person} asks to join {body}. Sign in to approve or reject.\n\n{base}/desk",
        ),
    },
    "address_confirm": {
        "zh-CN": (
            "请确认您的邮箱",
            "请打开以下链接确认这是您的邮箱（24 小时内有效，只能用一次）：\n\n{base}/confirm#{token}\n\n如果您没有注册过，请忽略本信。",
        ),
        "en": (
            "Confirm your address",
            "Open this link to confirm that this is your address (within 24 hours, once):\n\n{base}/confirm#{token}\n\n"
            "If you did not sign up, ignore this letter.",
        ),
    },
    "address_known": {
        "zh-CN": (
            "您已经有账号了",
            "有人用您的邮箱注册，而它已有账号。若是您本人，请直接登录：\n\n{base}/sign-in\n\n忘记密码可在此重设：\n\n{base}/forgot\n\n若不是您，请忽略本信，您的账号没有任何变化。",
        ),
        "en": (
            "You have an account already",
            "Somebody signed up with your address, which has an account. If it was you, sign in:\n\n{base}/sign-in\n\n"
            "Forgot the password? Set a new one:\n\n{base}/forgot\n\nIf it was not you, ignore this letter; nothing has changed.",
        ),
    },
    "password_reset": {
        "zh-CN": (
            "重设密码",
            "请打开以下链接设置新密码（1 小时内有效，只能用一次）。设置后，所有已登录的设备都会退出。\n\n{base}/reset#{token}\n\n若不是您本人操作，请忽略本信。",
        ),
        "en": (
            "Set a new password",
            "Open this link to set a new password (within an hour, once). Every device will be signed out.\n\n{base}/reset#{token}\n\n"
            "If it was not you, ignore this letter.",
        ),
    },
    "recognition_code": {
        "zh-CN": (
            "企业认领验证码：{company}",
            "{person} 正在向 {organizer} 申请认领企业“{company}”的登记资料。如属贵公司操作，请把以下验证码交给对方填写（3 天内有效）：\n\n{code}\n\n如非贵公司操作，请忽略本信，不要把验证码告诉任何人。",
        ),
        "en": (
            "Code to claim {company}",
            "{person} asks {organizer} to hand over what its list holds of “{company}”. If this is your company's doing, "
            "let them enter this code within 3 days:\n\n{code}\n\nIf it is not, ignore this letter and tell nobody the code.",
        ),
    },
    "company_recognised": {
        "zh-CN": (
            "企业认领已通过：{company}",
            "{organizer} 已认可 {company}，其名单中的项目资料现由贵公司维护。\n\n{base}/desk",
        ),
        "en": (
            "Recognised: {company}",
            "{organizer} has recognised {company}; the project cards of its list are now yours to keep up.\n\n{base}/desk",
        ),
    },
    "company_rejected": {
        "zh-CN": ("企业认领未通过：{company}", "{organizer} 未认可 {company} 的认领申请。\n{because}"),
        "en": ("Not recognised: {company}", "{organizer} did not recognise {company}.\n{because}"),
    },
    "institution_verified": {
        "zh-CN": (
            "机构已通过核验：{institution}",
            "{organizer} 已核验 {institution}，您现在可以查看其路演的非公开信息并留下意向。",
        ),
        "en": (
            "Institution verified: {institution}",
            "{organizer} has verified {institution}: you may now see what its "
            "roadshows keep for verified institutions, and leave intents.",
        ),
    },
    "institution_rejected": {
        "zh-CN": ("机构未通过核验：{institution}", "{organizer} 未通过对 {institution} 的核验。\n{because}"),
        "en": ("Institution not verified: {institution}", "{organizer} did not verify {institution}.\n{because}"),
    },
    "judge_invitation": {
        "zh-CN": (
            "邀请您担任评委：{title}",
            "{name}，您好！诚邀您为“{title}”的路演项目评分，用手机即可完成。\n\n请打开以下链接登录后开始：\n{base}/judge/{token}",
        ),
        "en": (
            "You are invited to judge: {title}",
            "Dear {name}, you are invited to score the pitches of “{title}”; a phone is all you need.\n\n"
            "Open this link and sign in:\n{base}/judge/{token}",
        ),
    },
    "room_role": {
        "zh-CN": (
            "请您协助路演：{title}",
            "{inviter} 请您担任“{title}”的{room_role}。\n"
            "用本邮箱注册或登录并确认邮箱后，即可在直播间使用该身份：\n\n{link}",
        ),
        "en": (
            "Help at a roadshow: {title}",
            "{inviter} asks you to be {room_role} of “{title}”.\n"
            "Sign up or sign in with this address and confirm it; the room then knows you:\n\n{link}",
        ),
    },
    "staff_invitation": {
        "zh-CN": (
            "{organizer} 邀请您加入",
            "{inviter} 邀请您以“{role_name}”身份加入 {organizer}。\n请在 7 天内打开以下链接接受邀请：\n\n{base}/invitations/{token}",
        ),
        "en": (
            "{organizer} invites you",
            "{inviter} invites you to join {organizer} as {role_name}.\n"
            "Open this link within 7 days:\n\n{base}/invitations/{token}",
        ),
    },
}
