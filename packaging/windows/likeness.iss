; The Windows installer (Inno Setup 6.3 or newer), started by packaging/build.py with
; /DVersion /DFolder /DOut /DIcon. Not yet run: no Windows machine was at hand.
; Per user by default, so that no administrator is needed; uninstalling asks about the user's data.

[Setup]
AppId={{3B0B5C0E-7A56-4E0B-9E0F-6C1B6B4C9D21}
AppName=Likeness
AppVersion={#Version}
VersionInfoVersion={#Version}
DefaultDirName={autopf}\Likeness
DefaultGroupName=Likeness
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
LicenseFile={#Folder}\_internal\desktop_app\_resources\licences\Likeness-LICENSE.txt
SetupIconFile={#Icon}
UninstallDisplayIcon={app}\likeness-window.exe
UninstallDisplayName=Likeness
Compression=lzma2/max
SolidCompression=yes
OutputDir={#Out}
OutputBaseFilename=likeness-{#Version}-windows-x86_64
WizardStyle=modern
ChangesAssociations=yes
CloseApplications=yes

[Tasks]
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked
Name: "openwith"; Description: "Offer ""Open with Likeness"" for photographs and folders"

[InstallDelete]
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#Folder}\*"; DestDir: "{app}"; Flags: recursesubdirs createallsubdirs ignoreversion

[Icons]
Name: "{group}\Likeness"; Filename: "{app}\likeness-window.exe"; AppUserModelID: "Likeness"
Name: "{autodesktop}\Likeness"; Filename: "{app}\likeness-window.exe"; Tasks: desktopicon

[Registry]
Root: HKA; Subkey: "Software\Classes\Applications\likeness-window.exe"; ValueType: string; ValueName: "FriendlyAppName"; ValueData: "Likeness"; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\likeness-window.exe\shell\open\command"; ValueType: string; ValueData: """{app}\likeness-window.exe"" ""%1"""; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\likeness-window.exe\SupportedTypes"; ValueType: string; ValueName: ".jpg"; ValueData: ""; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\likeness-window.exe\SupportedTypes"; ValueType: string; ValueName: ".jpeg"; ValueData: ""; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\likeness-window.exe\SupportedTypes"; ValueType: string; ValueName: ".png"; ValueData: ""; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\likeness-window.exe\SupportedTypes"; ValueType: string; ValueName: ".tif"; ValueData: ""; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\likeness-window.exe\SupportedTypes"; ValueType: string; ValueName: ".tiff"; ValueData: ""; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\likeness-window.exe\SupportedTypes"; ValueType: string; ValueName: ".heic"; ValueData: ""; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\likeness-window.exe\SupportedTypes"; ValueType: string; ValueName: ".webp"; ValueData: ""; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Directory\shell\Likeness"; ValueType: string; ValueData: "Open with Likeness"; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Directory\shell\Likeness\command"; ValueType: string; ValueData: """{app}\likeness-window.exe"" ""%1"""; Tasks: openwith

[Run]
Filename: "{app}\likeness-window.exe"; Description: "{cm:LaunchProgram,Likeness}"; Flags: nowait postinstall skipifsilent

[Code]
procedure CurUninstallStepChanged(Step: TUninstallStep);
begin
  if (Step = usPostUninstall) and not UninstallSilent then
    if MsgBox('Remove also what you made with Likeness: names, decisions, results and installed models? Your photographs stay as they are.',
              mbConfirmation, MB_YESNO or MB_DEFBUTTON2) = IDYES then
      DelTree(ExpandConstant('{localappdata}\Likeness'), True, True, True);
end;
