<#--
  The frame of every HTML e-mail; the parent's is a bare <body>. Tables and inline styles because mail clients want
  them, no image and no other remote content, so nothing is fetched (or tracked) when the mail is opened. Roles of the
  parts, and one heading, for people who have their mail read to them.
-->
<#macro emailLayout>
<!DOCTYPE html>
<html lang="${locale.toLanguageTag()}" dir="${(ltr)?then('ltr','rtl')}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <meta name="supported-color-schemes" content="light dark">
  <title>${(subject!realmName)}</title>
  <style>
    :root { color-scheme: light dark; supported-color-schemes: light dark; }
    p { margin: 0 0 16px; }
    a { color: #0b5c53; }
    .bw-body a { overflow-wrap: anywhere; word-break: break-word; }
    .bw-body a.bw-button { display: inline-block; padding: 12px 20px; border-radius: 6px; background: #0d5f56; color: #ffffff; font-weight: 600; text-decoration: none; }
    .bw-body .bw-small { font-size: 13px; }
    .bw-code { font-family: Consolas, Menlo, monospace; font-size: 28px; letter-spacing: 4px; }
    @media (prefers-color-scheme: dark) {
      .bw-page { background: #0e1514 !important; color: #e8ece8 !important; }
      .bw-card { background: #18211f !important; color: #e8ece8 !important; }
      .bw-foot { color: #aeb9b4 !important; }
      a { color: #6fd3c1; }
      .bw-body a.bw-button { background: #55c4b1; color: #06201c; }
    }
    /* Forced colors take the grounds away, and the button is little else. */
    @media (forced-colors: active) {
      .bw-page, .bw-card, .bw-head { background: Canvas !important; color: CanvasText !important; }
      .bw-head { border-bottom: 1px solid; }
      .bw-body a.bw-button { border: 1px solid; background: Canvas; text-decoration: underline; }
    }
  </style>
</head>
<body class="bw-page" style="margin:0;padding:0;background:#eeebe3;color:#17211f;font-family:'Avenir Next',Avenir,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;font-size:16px;line-height:1.5;">
  <table role="presentation" class="bw-page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#eeebe3;color:#17211f;">
    <tr>
      <td align="center" style="padding:24px 12px;">
        <#-- Battlements as above the card of the login pages; nothing where a mail program knows no gradients. -->
        <div class="bw-battlements" style="max-width:560px;height:8px;font-size:0;line-height:0;background:linear-gradient(90deg,#10302c 30%,transparent 30%,transparent 70%,#10302c 70%) 0 0/32px 8px round;"></div>
        <table role="presentation" class="bw-card" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:560px;border-radius:0 0 12px 12px;overflow:hidden;background:#ffffff;color:#17211f;text-align:${(ltr)?then('left','right')};">
          <tr>
            <td role="banner" class="bw-head" style="padding:18px 28px;background:#10302c;color:#f5f2ea;">
              <h1 style="margin:0;font-size:18px;line-height:1.5;font-weight:700;">${realmName}</h1>
            </td>
          </tr>
          <tr>
            <td role="main" class="bw-body" style="padding:28px 28px 12px;">
              <#nested>
            </td>
          </tr>
        </table>
        <#assign bulwarkFooter = msg("bulwarkFooter")?trim>
        <#if bulwarkFooter?has_content>
          <p role="contentinfo" class="bw-foot" style="margin:16px 0 0;color:#4b5753;font-size:13px;">${bulwarkFooter}</p>
        </#if>
      </td>
    </tr>
  </table>
</body>
</html>
</#macro>
